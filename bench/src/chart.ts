import { formatAmount, formatRatio, unitOf } from './format.ts';
import type { Group } from './group.ts';
import type { Report, Result } from './results.ts';

const WIDTH = 980;
const COLUMN = 480;
const ROW = 17;
const NAME = 178;
const PLOT = 196;

// Texts and colours that can be read on white and on black, and sharper ones where the reader's scheme is known.
const STYLE = `
text { font: 11px system-ui, sans-serif; fill: #57606a; }
.title { font-size: 15px; font-weight: 600; }
.panel { font-weight: 600; }
.small { font-size: 10px; }
.end { text-anchor: end; }
.faster { fill: #1a9e8f; }
.slower { fill: #d9822b; }
.range { stroke: #57606a; stroke-width: 1; }
.one { stroke: #57606a; stroke-width: 1; }
.grid { stroke: #8c959f; stroke-width: 0.5; stroke-dasharray: 2 3; }
@media (prefers-color-scheme: dark) {
  text { fill: #c9d1d9; }
  .range, .one { stroke: #c9d1d9; }
  .faster { fill: #2dbdac; }
  .slower { fill: #f0a04b; }
}`;

/** All lines of a group as bars on one logarithmic scale: to the right of 1 ours is faster. */
export function chart(group: Group<unknown>, report: Report): string {
  const bounds = scaleOf(report.results);
  const x = (ratio: number): number => NAME + (PLOT * Math.max(0, Math.log10(ratio) - bounds.from)) / (bounds.to - bounds.from);
  const heights = [64, 64];
  const panels = group.lines.flatMap((line) => {
    const rows = report.results
      .filter((result) => result.line === line.id && result.contender !== result.against)
      .toSorted((a, b) => b.ratio - a.ratio);
    if (rows.length === 0) return [];
    const column = (heights[0] as number) <= (heights[1] as number) ? 0 : 1;
    const top = heights[column] as number;
    heights[column] = top + rows.length * ROW + 34;
    const nameOf = (id: string): string => group.contenders.find((contender) => contender.id === id)?.name ?? id;
    const content = [
      `<text class="panel" x="${NAME}" y="10">${xml(line.title)}</text>`,
      ...grid(bounds, x, rows.length * ROW),
      ...rows.map((row, index) => bar(row, nameOf(row.contender), unitOf(line), x, 18 + index * ROW)),
    ];
    return `<g transform="translate(${column * (COLUMN + 10)} ${top})">${content.join('')}</g>`;
  });
  const height = Math.max(...heights);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">
<title>${xml(`${group.title}, ${report.version}`)}</title>
<style>${STYLE}</style>
<text class="title" x="10" y="22">${xml(`${group.title} · ${report.version}${report.isQuick ? ' · quick run' : ''}`)}</text>
<text x="10" y="42">How many times as long as Holdfast (bytes: as many). <tspan class="faster">Right of 1: Holdfast is better.</tspan> <tspan class="slower">Left: the other is.</tspan> Thin lines: 95 % intervals.</text>
${panels.join('\n')}
</svg>
`;
}

interface Bounds {
  readonly from: number;
  readonly to: number;
}

/** Whole powers of ten around everything but the times that no clock could tell from zero. */
function scaleOf(results: readonly Result[]): Bounds {
  return {
    from: Math.min(-1, Math.floor(Math.log10(Math.min(...results.flatMap(({ low }) => (low > 0 ? low : [])))))),
    to: Math.max(1, Math.ceil(Math.log10(Math.max(...results.map(({ high }) => high))))),
  };
}

function grid({ from, to }: Bounds, x: (ratio: number) => number, height: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => {
    const at = x(10 ** (from + index)).toFixed(1);
    return `<line class="${from + index === 0 ? 'one' : 'grid'}" x1="${at}" x2="${at}" y1="16" y2="${16 + height}"/>`;
  });
}

function bar(row: Result, name: string, kind: string, x: (ratio: number) => number, y: number): string {
  const [from, to] = [Math.min(x(1), x(row.ratio)), Math.max(x(1), x(row.ratio))];
  const middle = y + 6.5;
  return [
    `<text class="end" x="${NAME - 8}" y="${y + 10}">${xml(name)}</text>`,
    `<rect class="${row.ratio < 1 ? 'slower' : 'faster'}" x="${from.toFixed(1)}" y="${y + 1}" width="${Math.max(to - from, 1).toFixed(1)}" height="11" rx="1.5"/>`,
    `<line class="range" x1="${x(row.low).toFixed(1)}" x2="${x(row.high).toFixed(1)}" y1="${middle}" y2="${middle}"/>`,
    `<text x="${NAME + PLOT + 8}" y="${y + 10}">${formatRatio(row.ratio)} <tspan class="small">${formatAmount(row.theirs, kind)}</tspan></text>`,
  ].join('');
}

function xml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
