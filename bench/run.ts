// Ours against its peers in real browsers: `pnpm bench [--only <group>] [--browser chromium|firefox] [--quick]`.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { groups } from './groups/index.ts';
import { BROWSERS, launch } from './src/browser.ts';
import { chart } from './src/chart.ts';
import { machine, versionsOf } from './src/machine.ts';
import { markdown } from './src/markdown.ts';
import { FULL, measureGroup, QUICK } from './src/measure.ts';
import type { Report } from './src/results.ts';
import { startSite } from './src/site.ts';

const here = new URL('.', import.meta.url).pathname;
const { values: options } = parseArgs({
  options: { only: { type: 'string' }, browser: { type: 'string' }, quick: { type: 'boolean', default: false } },
});
const chosen = {
  groups: groups.filter(({ id }) => !options.only || id === options.only),
  browsers: BROWSERS.filter((name) => !options.browser || name === options.browser),
};
if (chosen.groups.length === 0 || chosen.browsers.length === 0)
  throw new Error(`Groups: ${groups.map(({ id }) => id).join(', ')}. Browsers: ${BROWSERS.join(', ')}`);

for (const folder of ['results', 'charts']) mkdirSync(here + folder, { recursive: true });
const site = await startSite();
try {
  for (const name of chosen.browsers) {
    const browser = await launch(name);
    if (!browser) {
      console.log(`${name} is not on this machine`);
      continue;
    }
    try {
      for (const group of chosen.groups) {
        const began = performance.now();
        const scale = options.quick ? QUICK : FULL;
        const results = await measureGroup({ group, browser, site, scale }, (line) =>
          console.log(`${name} · ${group.title} · ${line} · ${Math.round((performance.now() - began) / 1000)} s`),
        );
        const report: Report = {
          group: group.id,
          browser: name,
          version: browser.version,
          machine: machine(),
          packages: versionsOf(group.contenders.flatMap(({ imports }) => imports ?? [])),
          date: new Date().toISOString().slice(0, 10),
          isQuick: options.quick,
          results,
        };
        writeFileSync(`${here}results/${group.id}-${name}.json`, `${JSON.stringify(report, undefined, 2)}\n`);
        writeFileSync(`${here}charts/${group.id}-${name}.svg`, chart(group, report));
      }
    } finally {
      await browser.close();
    }
  }
} finally {
  await site.close();
}

const reports = readdirSync(`${here}results`).map((file) => JSON.parse(readFileSync(`${here}results/${file}`, 'utf8')) as Report);
writeFileSync(`${here}RESULTS.md`, markdown(groups, reports));
console.log('bench/RESULTS.md');
