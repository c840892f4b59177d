// Ours against its peers in real browsers: `pnpm bench [--only <group>] [--browser chromium|firefox] [--quick]`.
// A part of a group, told and not kept, or with `--keep` in the place of that part of what was kept before: `--contenders holdfast,dexie`, `--lines 'bulk-10000,live.*'`.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { groups } from './groups/index.ts';
import { BROWSERS, type BrowserName, isHere, launch, withProfile } from './src/browser.ts';
import { chart } from './src/chart.ts';
import type { Group } from './src/group.ts';
import { machine, versionsOf } from './src/machine.ts';
import { markdown } from './src/markdown.ts';
import { FULL, measureGroup, QUICK, type Scale } from './src/measure.ts';
import type { Report, Result } from './src/results.ts';
import { startSite } from './src/site.ts';

const here = new URL('.', import.meta.url).pathname;
const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    browser: { type: 'string' },
    quick: { type: 'boolean', default: false },
    contenders: { type: 'string' },
    lines: { type: 'string' },
    keep: { type: 'boolean', default: false },
    rounds: { type: 'string' },
  },
});
const isPart = !options.keep && (options.contenders !== undefined || options.lines !== undefined);
const isIn = (list: string | undefined, id: string): boolean => !list || list.split(',').some((each) => new RegExp(`^${each}$`).test(id));
const chosen = {
  groups: groups
    .filter(({ id }) => isIn(options.only, id))
    .map((group) => ({
      ...group,
      contenders: group.contenders.filter(({ id }) => isIn(options.contenders, id)),
      lines: group.lines.filter(({ id }) => isIn(options.lines, id)),
    })),
  browsers: BROWSERS.filter((name) => !options.browser || name === options.browser),
};
if (chosen.groups.length === 0 || chosen.browsers.length === 0)
  throw new Error(`Groups: ${groups.map(({ id }) => id).join(', ')}. Browsers: ${BROWSERS.join(', ')}`);

for (const folder of ['results', 'charts']) mkdirSync(here + folder, { recursive: true });
const site = await startSite();
try {
  for (const name of chosen.browsers)
    if (isHere(name)) await withProfile((profile) => measureIn(name, profile));
    else console.log(`${name} is not on this machine`);
} finally {
  await site.close();
}

function withRounds(scale: Scale): Scale {
  return options.rounds ? { ...scale, scenes: { ...scale.scenes, rounds: Number(options.rounds) } } : scale;
}

/** What a part leaves as it was. */
function others({ id }: Group<unknown>, browser: BrowserName, results: readonly Result[]): readonly Result[] {
  const file = `${here}results/${id}-${browser}.json`;
  if (!options.keep || !existsSync(file)) return [];
  const { results: before } = JSON.parse(readFileSync(file, 'utf8')) as Report;
  return before.filter((old) => !results.some(({ line, contender }) => line === old.line && contender === old.contender));
}

async function measureIn(name: BrowserName, profile: string): Promise<void> {
  const browser = await launch(name, profile);
  try {
    for (const group of chosen.groups) {
      const began = performance.now();
      const scale = withRounds(options.quick ? QUICK : FULL);
      const results = await measureGroup({ group, browser, name, site, scale }, (line) =>
        console.log(`${name} · ${group.title} · ${line} · ${Math.round((performance.now() - began) / 1000)} s`),
      );
      // A part of a group is for who works on it.
      if (isPart) continue;
      const whole = groups.find(({ id }) => id === group.id) ?? group;
      const report: Report = {
        group: group.id,
        browser: name,
        version: browser.version,
        machine: machine(),
        packages: versionsOf(whole.contenders.flatMap(({ imports }) => imports ?? [])),
        date: new Date().toISOString().slice(0, 10),
        isQuick: options.quick,
        results: [...others(group, name, results), ...results],
      };
      writeFileSync(`${here}results/${group.id}-${name}.json`, `${JSON.stringify(report, undefined, 2)}\n`);
      writeFileSync(`${here}charts/${group.id}-${name}.svg`, chart(whole, report));
    }
  } finally {
    await browser.close();
  }
}

const reports = readdirSync(`${here}results`).map((file) => JSON.parse(readFileSync(`${here}results/${file}`, 'utf8')) as Report);
writeFileSync(`${here}RESULTS.md`, markdown(groups, reports));
console.log('bench/RESULTS.md');
