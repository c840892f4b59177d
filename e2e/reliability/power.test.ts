import { describe, expect, test } from 'vitest';
import { canMount, createDisk } from '../harness/disk.ts';
import { engines, rounds } from '../harness/engines.ts';
import { createProfile } from '../harness/profile.ts';
import { openTab, useSite } from '../harness/suite.ts';

const site = useSite();

type Durability = 'strict' | 'relaxed';

function startStore(durability: Durability) {
  const { collection, createStore, indexedDb, key } = holdfast;
  const made = createStore({
    name: 'power',
    storage: indexedDb({ durability }),
    keys: { n: key(0) },
    collections: { rows: collection<{ n: number; text: string }>() },
    onError: ({ code, cause }, name) => void reported.push(`${name} ${code} ${cause}`),
  });
  Object.assign(globalThis, { made });
  // Only its type leaves the page.
  return undefined as unknown as typeof made;
}

declare global {
  var made: ReturnType<typeof startStore>;
}

describe.runIf(canMount).each(engines)('$name', (engine) => {
  test.for(['strict', 'relaxed'] as const)(
    'after a power cut it opens, what is there is a beginning of what was written, and with strict all that was acknowledged (%s)',
    { timeout: 3_600_000 },
    async (durability, { annotate }) => {
      const losses: number[] = [];
      let written = 0;
      for (let round = 0; round < rounds(20, 1); round++) {
        const disk = createDisk(500);
        const profile = createProfile(engine, disk.directory);
        try {
          let acked = 0;
          const context = await profile.start();
          const tab = await openTab(context, site().app);
          await tab.exposeFunction('ack', (n: number) => {
            acked = n;
          });
          await tab.evaluate(startStore, durability);
          await tab.evaluate(() => made.keys.n.set(0));
          await tab.evaluate(() => made.collections.rows.count());
          disk.sync();
          // 2 kB a transaction: some checkpoints fall into a round.
          const work = tab.evaluate(async () => {
            for (let n = 1; ; n++) {
              await made.transaction(({ collections, keys }) => {
                collections.rows.insert({ _id: String(n), n, text: 'x'.repeat(2_000) });
                keys.n.set(n);
              });
              (globalThis as unknown as { ack(n: number): void }).ack(n);
            }
          });
          work.catch(() => {}); // the browser is gone
          await expect.poll(() => acked, { timeout: 60_000 }).toBeGreaterThan(0);
          await new Promise((resolve) => setTimeout(resolve, 3_000 + Math.random() * 6_000));
          await profile.kill();
          const last = acked;
          disk.cutPower();
          const again = await openTab(await profile.start(), site().app);
          await again.evaluate(startStore, durability);
          let failure = '';
          // The first open may fail while the browser repairs what it finds.
          const read = (): Promise<{ n: number; ids: number[] } | undefined> =>
            again
              .evaluate(async () => ({
                ids: (await made.collections.rows.find({ sort: { n: 1 } })).map((row) => row.n),
                n: (await made.keys.n.ready).get(),
              }))
              .catch(async () => {
                failure = await again.evaluate(() => reported.at(-1) ?? '');
                return undefined;
              });
          let found = await read();
          for (let time = 0; !found && time < 20; time++) {
            await new Promise((resolve) => setTimeout(resolve, 1_000));
            found = await read();
          }
          if (!found) throw new Error(`It does not open: ${failure}`);
          const { n, ids } = found;
          expect(ids, 'no holes').toEqual(Array.from({ length: n }, (_, index) => index + 1));
          if (durability === 'strict') expect(n, 'acknowledged').toBeGreaterThanOrEqual(last);
          losses.push(Math.max(0, last - n));
          written += last;
        } finally {
          await profile.kill();
          disk.remove();
        }
      }
      await annotate(
        `${engine.name} ${durability}: ${losses.length} cuts, ${written} transactions, acknowledged and lost: ${losses.join(', ')}`,
      );
    },
  );
});
