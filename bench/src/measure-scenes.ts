import type { Page } from 'playwright';
import { type BrowserName, launch, withProfile } from './browser.ts';
import type { Amounts, Contender, Group, Scene, SceneEffort, SceneLine } from './group.ts';
import type { Result } from './results.ts';
import type { Site } from './site.ts';
import { compare, median, quantile } from './statistics.ts';

export interface SceneScale extends SceneEffort {
  readonly rounds: number;
}

interface Setting {
  readonly group: Group<unknown>;
  readonly name: BrowserName;
  readonly site: Site;
  readonly scale: SceneScale;
}

/** From here on the tail of the samples is worth showing. */
const MANY = 40;
/** A contender that has not ended a scene by then cannot do it. */
const LIMIT_MS = 2 * 60_000;

/** All lines of kind `scene`: every scene of every round in a new process, the contenders in another order each round. */
export async function measureScenes(setting: Setting, tell: (text: string) => void): Promise<Result[]> {
  const { group, scale } = setting;
  const lines = group.lines.filter((line) => line.kind === 'scene');
  /** By line and contender, the samples of each round. */
  const found = new Map<string, Map<string, number[][]>>(lines.map(({ id }) => [id, new Map()]));
  for (const count of new Set(lines.map((line) => line.count)))
    for (let round = 0; round < scale.rounds; round++)
      for (const contender of inOrder(group.contenders, round)) {
        const own = lines.filter(
          (line) => line.count === count && count <= (contender.most ?? count) && !(line.onlyOurs && contender.against),
        );
        if (own.length === 0) continue;
        const wanted = own.map(({ amount }) => amount).filter((amount) => contender.only?.includes(amount) ?? true);
        const amounts = await play(setting, contender, count, new Set(wanted));
        for (const { id, amount } of own) {
          const samples = wanted.includes(amount) ? amounts[amount] : undefined;
          const rounds = found.get(id);
          if (samples) rounds?.set(contender.id, [...(rounds.get(contender.id) ?? []), samples]);
        }
        tell(`${contender.name} · ${count} · ${textOf(amounts)}`);
      }
  return lines.flatMap((line) => resultsOf(line, group, found.get(line.id) ?? new Map()));
}

function inOrder<T>(items: readonly T[], round: number): readonly T[] {
  const turned = [...items.slice(round), ...items.slice(0, round)];
  return round % 2 === 0 ? turned : turned.reverse();
}

async function play(
  { group, name, site, scale }: Setting,
  { id, only }: Contender<unknown>,
  count: number,
  wanted: Set<string>,
): Promise<Amounts> {
  const amounts: Amounts = {};
  await withProfile(async (profile) => {
    for (const scene of group.scenes ?? []) {
      // The first one stores what the others find.
      if ((only || scene !== group.scenes?.[0]) && !scene.amounts.some((amount) => wanted.has(amount))) continue;
      const browser = await launch(name, profile);
      try {
        const page = await browser.open(site.url(id));
        Object.assign(amounts, await Promise.race([run(page, scene), late(id, scene)]));
      } catch (error) {
        console.error(`${id} · ${count} · ${scene.id}: ${error}`);
        // Without what it stores the others have nothing to find.
        if (scene === group.scenes?.[0]) return;
      } finally {
        await browser.close();
      }
    }
  });
  return amounts;

  async function run(page: Page, scene: Scene<unknown>): Promise<Amounts> {
    const heap = scene.isHeap && name === 'chromium' ? await heapOf(page) : undefined;
    const before = await heap?.();
    const held = await page.evaluateHandle((args) => bench.play(...args), [group.id, id, scene.id, count, scale] as const);
    const after = await heap?.();
    return { ...(await held.jsonValue()), ...(after !== undefined && before !== undefined && { heap: [after - before] }) };
  }
}

function late(id: string, scene: Scene<unknown>): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`${id} has not ended "${scene.id}"`)), LIMIT_MS).unref();
  });
}

/** Bytes that the page holds when all that can go is gone. */
async function heapOf(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.enable');
  return async () => {
    for (let time = 0; time < 3; time++) await session.send('HeapProfiler.collectGarbage');
    return (await session.send('Runtime.getHeapUsage')).usedSize;
  };
}

function resultsOf(line: SceneLine, { contenders }: Group<unknown>, found: ReadonlyMap<string, number[][]>): Result[] {
  return contenders.flatMap(({ id, against = id }) => {
    const [ours, theirs] = [found.get(against), found.get(id)];
    if (!ours || !theirs) return [];
    const p95 = { ours: quantile(ours.flat(), 0.95), theirs: quantile(theirs.flat(), 0.95) };
    return [
      {
        line: line.id,
        contender: id,
        against,
        ...compare(ours.map(median), theirs.map(median)),
        ...(ours.flat().length >= MANY && theirs.flat().length >= MANY && { p95 }),
      },
    ];
  });
}

function textOf(amounts: Amounts): string {
  return Object.entries(amounts)
    .map(([amount, samples]) => `${amount} ${Number(median(samples).toPrecision(3))}`)
    .join(', ');
}
