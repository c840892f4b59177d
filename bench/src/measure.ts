import type { Place } from '../groups/index.ts';
import type { Browser, BrowserName } from './browser.ts';
import { bytesOf } from './bytes.ts';
import type { Contender, Group, Line, SceneLine, TabsLine } from './group.ts';
import type { Effort } from './harness.ts';
import { measureScenes, type SceneScale } from './measure-scenes.ts';
import type { Result } from './results.ts';
import type { Site } from './site.ts';
import { compare, median, quantile } from './statistics.ts';

/** Pairs and their limit are for one page. */
export interface Scale extends Omit<Effort, 'fillMs'> {
  readonly pages: number;
  /** How often each contender starts in a new page. */
  readonly coldRounds: number;
  /** How often each contender has a go at talking to another tab, and how many changes it sends each time. */
  readonly tabRounds: number;
  readonly tabChanges: number;
  readonly scenes: SceneScale;
}

export const FULL: Scale = {
  pages: 4,
  pairs: 11,
  limitMs: 2000,
  coldRounds: 15,
  tabRounds: 10,
  tabChanges: 20,
  scenes: { rounds: 3, changes: 200, limitMs: 25_000 },
};
export const QUICK: Scale = {
  pages: 2,
  pairs: 5,
  limitMs: 500,
  coldRounds: 5,
  tabRounds: 3,
  tabChanges: 10,
  scenes: { rounds: 1, changes: 40, limitMs: 3_000 },
};

interface Setting {
  readonly group: Group<unknown>;
  readonly browser: Browser;
  readonly name: BrowserName;
  readonly site: Site;
  readonly scale: Scale;
}

/** Every line of a group in one browser; `tell` hears of each line that is done. */
export async function measureGroup(setting: Setting, tell: (line: string) => void): Promise<Result[]> {
  const results: Result[] = [];
  for (const line of setting.group.lines) {
    if (line.kind === 'scene') continue;
    results.push(...(await measureLine(line, setting)));
    tell(line.title);
  }
  results.push(...(await measureScenes({ ...setting, scale: setting.scale.scenes }, tell)));
  return results;
}

function measureLine(line: Exclude<Line<unknown>, SceneLine>, setting: Setting): Promise<Result[]> {
  switch (line.kind) {
    case 'paired':
      return measurePairs(line.id, setting);
    case 'cold':
      return measureCold(line.id, setting);
    case 'tabs':
      return measureTabs(line, setting);
    case 'bytes':
      return measureBytes(line.id, setting);
  }
}

async function measurePairs(line: string, { group, browser, site, scale }: Setting): Promise<Result[]> {
  const place: Place = { group: group.id, line };
  const results: Result[] = [];
  for (const { id, against } of group.contenders) {
    if (!against) continue;
    const [ours, theirs]: [number[], number[]] = [[], []];
    // Pages of their own: what the engine has learned from another contender must not help or hinder this pair, and what it makes
    // of the same code differs from page to page.
    for (let round = 0; round < scale.pages; round++) {
      const page = await browser.open(site.url(`${id}-${line}`));
      const [first, second] = round % 2 === 0 ? [against, id] : [id, against];
      const samples = await page.evaluate((args) => bench.pair(...args), [place, first, second, scale] as const);
      await page.close();
      if (!samples) break;
      ours.push(...samples[round % 2 === 0 ? 0 : 1]);
      theirs.push(...samples[round % 2 === 0 ? 1 : 0]);
    }
    if (ours.length > 0) results.push({ line, contender: id, against, ...compare(ours, theirs) });
  }
  return results;
}

async function measureCold(line: string, { group, browser, site, scale }: Setting): Promise<Result[]> {
  const place: Place = { group: group.id, line };
  const samples = new Map<string, number[]>();
  const urlOf = (id: string): string => site.url(`${id}-${line}`);
  for (const { id } of group.contenders) {
    const page = await browser.open(urlOf(id));
    if (await page.evaluate((args) => bench.fill(...args), [place, id] as const)) samples.set(id, []);
    await page.close();
  }
  for (let round = 0; round < scale.coldRounds; round++)
    for (const [id, own] of round % 2 === 0 ? samples : [...samples].reverse()) {
      const page = await browser.open(urlOf(id));
      own.push(await page.evaluate((args) => bench.cold(...args), [place, id] as const));
      await page.close();
    }
  return group.contenders.flatMap(({ id, against }) => {
    const [ours, theirs] = [against && samples.get(against), samples.get(id)];
    return against && ours && theirs ? [{ line, contender: id, against, ...compare(ours, theirs) }] : [];
  });
}

interface Latencies {
  /** The median of each round. */
  readonly rounds: number[];
  readonly all: number[];
  lost: number;
}

async function measureTabs({ id: line, fill }: TabsLine<unknown>, { group, browser, site, scale }: Setting): Promise<Result[]> {
  const place: Place = { group: group.id, line };
  const url = site.url(line);
  const [sender, receiver] = [await browser.open(url), await browser.open(url)];
  const found = new Map<string, Latencies>();
  let next = 1;
  if (fill) for (const { id } of group.contenders) await sender.evaluate((args) => bench.fillForTabs(...args), [place, id] as const);

  async function run({ id }: Contender<unknown>): Promise<void> {
    const values = Array.from({ length: scale.tabChanges }, () => next++);
    const watch = await receiver.evaluateHandle((args) => bench.watch(...args), [place, id] as const);
    if (await watch.evaluate((each) => each === undefined)) return;
    const sent = await sender.evaluate((args) => bench.send(...args), [place, id, values] as const);
    // Reversed: the first time that a value was heard of counts.
    const heard = new Map((await watch.evaluate((each) => each?.stop() ?? [])).toReversed());
    const latencies = sent.map(([value, atMs]) => (heard.get(value) ?? Number.NaN) - atMs).filter((ms) => !Number.isNaN(ms));
    if (latencies.length === 0) throw new Error(`${id} says that it follows other tabs, but heard nothing`);
    const own = found.get(id) ?? { rounds: [], all: [], lost: 0 };
    own.rounds.push(median(latencies));
    own.all.push(...latencies);
    own.lost += sent.length - latencies.length;
    found.set(id, own);
  }

  for (let round = 0; round < scale.tabRounds; round++)
    for (const contender of round % 2 === 0 ? group.contenders : group.contenders.toReversed())
      await run(contender).catch((error) => console.error(`${contender.id} · ${line}: ${error}`));
  await sender.close();
  await receiver.close();
  return group.contenders.flatMap(({ id, against }) => {
    const [ours, theirs] = [against && found.get(against), found.get(id)];
    if (!against || !ours || !theirs) return [];
    return [
      {
        line,
        contender: id,
        against,
        ...compare(ours.rounds, theirs.rounds),
        p95: { ours: quantile(ours.all, 0.95), theirs: quantile(theirs.all, 0.95) },
        lost: { ours: ours.lost, theirs: theirs.lost },
      },
    ];
  });
}

async function measureBytes(line: string, { group }: Setting): Promise<Result[]> {
  const sizes = new Map<string, number>();
  for (const { id, imports } of group.contenders) if (imports) sizes.set(id, await bytesOf(imports));
  return group.contenders.flatMap(({ id, against }) => {
    const [ours, theirs] = [against && sizes.get(against), sizes.get(id)];
    return against && ours && theirs ? [{ line, contender: id, against, ...compare([ours], [theirs]) }] : [];
  });
}
