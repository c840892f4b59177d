import { formatAmount, formatRatio, unitOf } from './format.ts';
import type { Goal, Group, Line } from './group.ts';
import type { Report, Result } from './results.ts';
import { median } from './statistics.ts';

/** The page that people read: every report, with its goals first. */
export function markdown(groups: readonly Group<unknown>[], reports: readonly Report[]): string {
  const parts = groups.flatMap((group) => {
    const own = reports.filter((report) => report.group === group.id);
    return own.length > 0
      ? [`## ${group.title}`, ...(group.how ? [group.how] : []), ...own.flatMap((report) => reportOf(group, report))]
      : [];
  });
  return `# Benchmarks

Written by \`pnpm bench\`. Each number is a **ratio: their time (or bytes) divided by ours**. \`12×\` means that Holdfast needs a twelfth; \`0.50×\` that it needs twice as much. The absolute amount beside it is theirs; the column *Holdfast* has ours. A difference of less than 10 % means nothing.

How: production builds, headless browsers with a profile on disk. Both sides of a ratio run in one page, in turns (A B, B A …), and again in further pages; each ratio is the median over all pairs, with a 95 % bootstrap interval in parentheses. Lines with *new page* open one for each measurement, in interleaved rounds; lines between tabs use two pages and correct for the difference of their clocks. *Stored* means that the browser has accepted it: \`complete\` of the transaction in IndexedDB; for localStorage the return of \`setItem\`, which a crash of the browser can still undo. A dash: this contender cannot do it. Each contender is one small file in \`contenders/\`.

${parts.join('\n\n')}
`;
}

function reportOf(group: Group<unknown>, report: Report): string[] {
  const quick = report.isQuick ? ' **A quick run: the numbers are rough.**' : '';
  const packages = Object.entries(report.packages).map(([name, version]) => `${name} ${version}`);
  return [
    `### ${group.title}, ${report.version}`,
    `${report.date}, ${report.machine}.${quick}  \n${packages.join(' · ')}`,
    `![${group.title}, ${report.browser}](charts/${group.id}-${report.browser}.svg)`,
    goalsOf(group, report),
    ...group.contenders.filter(({ against }) => !against).map(({ id }) => tableOf(group, report, id)),
  ].filter((part) => part !== '');
}

/** The lines down, one of ours first and then all that are compared with it. */
function tableOf(group: Group<unknown>, report: Report, ours: string): string {
  const peers = group.contenders.filter(({ against }) => against === ours);
  const name = group.contenders.find(({ id }) => id === ours)?.name ?? ours;
  const rows = group.lines.flatMap((line) => {
    const results = report.results.filter((result) => result.line === line.id && result.against === ours);
    if (results.length === 0) return [];
    const cells = peers.map(({ id }) =>
      cellOf(
        results.find(({ contender }) => contender === id),
        line,
      ),
    );
    const own = formatAmount(median(results.map((result) => result.ours)), unitOf(line));
    const tail = results[0]?.p95
      ? ` <sub>p95 ${formatAmount(results[0].p95.ours, unitOf(line))}${lostText(results[0].lost?.ours)}</sub>`
      : '';
    return [rowOf([line.title, own + tail, ...cells])];
  });
  return [rowOf(['', name, ...peers.map((peer) => peer.name)]), rowOf(['---', ...peers.map(() => '---:'), '---:']), ...rows].join('\n');
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function cellOf(result: Result | undefined, line: Line<unknown>): string {
  if (!result) return '–';
  const kind = unitOf(line);
  const range =
    line.kind === 'bytes' || result.pairs < 2 ? '' : ` (${formatRatio(result.low).slice(0, -1)}–${formatRatio(result.high).slice(0, -1)})`;
  const tail = result.p95 ? `, p95 ${formatAmount(result.p95.theirs, kind)}${lostText(result.lost?.theirs)}` : '';
  return `**${formatRatio(result.ratio)}** <sub>${formatAmount(result.theirs, kind)}${range}${tail}</sub>`;
}

function lostText(lost: number | undefined): string {
  return lost ? `, ${lost} never came` : '';
}

function goalsOf(group: Group<unknown>, report: Report): string {
  const rows = group.goals.flatMap((goal) => {
    const line = group.lines.find(({ id }) => id === goal.line);
    const seen = line && measured(goal, report, line);
    if (!line || !seen) return [];
    const { what, wanted, found, isMet } = { ...texts(goal, group, line), ...seen };
    return [rowOf([line.title, what, wanted, found, isMet ? 'met' : '**missed**'])];
  });
  return rows.length > 0
    ? [rowOf(['Goal', '', 'wanted', 'found', '']), rowOf(['---', '---', '---:', '---:', '---']), ...rows].join('\n')
    : '';
}

function texts(goal: Goal, group: Group<unknown>, line: Line<unknown>): { what: string; wanted: string } {
  const id = 'contender' in goal ? goal.contender : goal.ours;
  const name = group.contenders.find((contender) => contender.id === id)?.name ?? id;
  if ('contender' in goal) return { what: `against ${name}`, wanted: `≥ ${formatRatio(goal.atLeast)}` };
  return { what: `${name}${goal.quantile ? `, ${goal.quantile}` : ''}`, wanted: `≤ ${formatAmount(goal.atMost, unitOf(line))}` };
}

function measured(goal: Goal, report: Report, line: Line<unknown>): { found: string; isMet: boolean } | undefined {
  const results = report.results.filter((result) => result.line === goal.line);
  if ('contender' in goal) {
    const ratio = results.find(({ contender }) => contender === goal.contender)?.ratio;
    return ratio === undefined ? undefined : { found: formatRatio(ratio), isMet: ratio >= goal.atLeast };
  }
  const own = results
    .filter(({ against }) => against === goal.ours)
    .map((result) => (goal.quantile ? result.p95?.ours : result.ours) ?? Number.NaN);
  return own.length === 0 ? undefined : { found: formatAmount(median(own), unitOf(line)), isMet: median(own) <= goal.atMost };
}
