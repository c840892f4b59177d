// `pnpm bench:drivers`: kv on the same backends as polystore, unstorage and keyv, in one process and in turns. Writes RESULTS.md.
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { findServers } from '../../scripts/find-servers.mjs';
import { startServer } from '../../scripts/servers.ts';
import { backends } from './backends.ts';
import type { Contender } from './contender.ts';

const ROUNDS = 9;
const MANY = 10_000;

const value = (turn: number): string => `${turn}`.padEnd(100, 'abcdefghij');
let turn = 0;

/** One block of each kind of call; resolves to how many calls it was. */
const LINES: Record<string, (contender: Contender, count: number) => Promise<unknown>> = {
  set: async ({ set }, count) => {
    for (let index = 0; index < count; index++) await set(`key:${index % 1_000}`, value(turn++));
  },
  get: async ({ get }, count) => {
    for (let index = 0; index < count; index++) await get(`key:${index % 1_000}`);
  },
  'batch of 1000': ({ setMany }) => setMany(Array.from({ length: 1_000 }, (_, index) => [`key:${index}`, value(turn++)] as const)),
  'scan of 10 000': async ({ name, scan }) => {
    const found = await scan?.();
    if (found !== MANY) throw new Error(`${name} found ${found}`);
  },
};

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] as number;
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** So many calls as fill some 30 ms of the first contender. */
async function countFor(line: string, contender: Contender): Promise<number> {
  if (line !== 'set' && line !== 'get') return 1;
  for (let count = 32; ; count *= 2) if ((await time(async () => LINES[line]?.(contender, count))) > 15) return count;
}

const server = findServers().redis ? await startServer('redis') : undefined;
const text: string[] = [];
for (const backend of backends(server?.url)) {
  const { contenders, close } = await backend.open();
  const names = contenders.map(({ name }) => name);
  text.push(`\n## ${backend.name}\n`, `|  | ${names.join(' | ')} |`, `| --- |${' ---: |'.repeat(names.length)}`);
  for (const [line, run] of Object.entries(LINES)) {
    const able = contenders.filter(({ scan }) => line !== 'scan of 10 000' || scan);
    if (line === 'scan of 10 000')
      for (const { setMany } of able)
        for (let start = 0; start < MANY; start += 1_000)
          await setMany(Array.from({ length: 1_000 }, (_, index) => [`key:${start + index}`, value(turn++)] as const));
    const count = await countFor(line, contenders[0] as Contender);
    const times = new Map(able.map(({ name }): [string, number[]] => [name, []]));
    for (const contender of able) await run(contender, count); // warm
    for (let round = 0; round < ROUNDS; round++)
      for (const contender of round % 2 ? [...able].reverse() : able)
        times.get(contender.name)?.push(await time(() => run(contender, count)));
    const ours = times.get('Holdfast') as number[];
    const cells = names.map((name) => {
      const theirs = times.get(name);
      if (!theirs) return '–';
      const each = `${((median(theirs) * 1_000) / count).toPrecision(3)} µs`;
      return name === 'Holdfast'
        ? each
        : `**${median(theirs.map((ms, round) => ms / (ours[round] as number))).toPrecision(2)}×** <sub>${each}</sub>`;
    });
    text.push(`| ${line} | ${cells.join(' | ')} |`);
    console.log(backend.name, line, cells.join(' | '));
  }
  await close();
}
await server?.stop();
writeFileSync(
  join(import.meta.dirname, 'RESULTS.md'),
  `# Drivers

Written by \`pnpm bench:drivers\`. Each number is a **ratio: their time divided by ours**, the median of ${ROUNDS} rounds that take turns in one process; beside it the time of one call (of one batch, of one scan). Above 1 Holdfast is faster. Differences of less than 10 % mean nothing.

All have the same backend with the same settings. Values are 100 bytes, all different. Holdfast writes an order of commits that other processes follow, and looks at every value; the others do not.

${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model}, Node ${process.versions.node}, load ${loadavg()[0]?.toFixed(1)}.
${text.join('\n')}
`,
);
