import type { BrowserContext } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, rounds } from '../harness/engines.ts';
import { createProfile, type Profile } from '../harness/profile.ts';
import { openTab, useSite } from '../harness/suite.ts';

const site = useSite();

// Processes are found through /proc.
describe.runIf(process.platform === 'linux').each(engines)('$name', (engine) => {
  let profile: Profile;
  let context: BrowserContext;
  beforeAll(async () => {
    profile = createProfile(engine);
    context = await profile.start();
  });
  afterAll(async () => {
    await profile.kill();
    profile.remove();
  });

  test('SIGKILL during writes and checkpoints: it opens, nothing acknowledged is lost, no transaction is torn', async ({ annotate }) => {
    let acked = 0;
    let checkpoints = 0;
    let tab = await openTab(context, site().app);
    for (let round = 0; round < rounds(50, 3); round++) {
      const first = acked;
      await tab.exposeFunction('ack', (n: number) => {
        acked = n;
      });
      // 8 kB a transaction: a checkpoint is due after some tens of them.
      const work = tab.evaluate(async (first) => {
        for (let n = first + 1; ; n++) {
          await app.transaction(({ collections, keys }) => {
            for (const half of ['a', 'b']) collections.pairs.insert({ _id: `${n}${half}`, n, text: half.repeat(4_000) });
            keys.n.set(n);
          });
          (globalThis as unknown as { ack(n: number): void }).ack(n);
        }
      }, first);
      work.catch(() => {}); // the browser is gone
      await expect.poll(() => acked, { timeout: 30_000 }).toBeGreaterThan(first);
      await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 2_300));
      await profile.kill();
      context = await profile.start();
      tab = await openTab(context, site().app);
      const found = await tab.evaluate(async () => {
        const pairs = await app.collections.pairs.find();
        const halves = new Map<number, number>();
        for (const { n, text } of pairs) if (text.length === 4_000) halves.set(n, (halves.get(n) ?? 0) + 1);
        return {
          last: (await app.keys.n.ready).get(),
          count: halves.size,
          torn: [...halves.values()].filter((count) => count !== 2).length,
        };
      });
      expect(found.torn).toBe(0);
      expect(found.last).toBeGreaterThanOrEqual(acked);
      expect(found.count).toBe(found.last);
      checkpoints = await tab.evaluate(async () => {
        const log = await new Promise<IDBDatabase>((resolve) => {
          indexedDB.open('app').onsuccess = ({ target }) => resolve((target as IDBOpenDBRequest).result);
        });
        const keys = await new Promise<IDBValidKey[]>((resolve) => {
          log.transaction('kv').objectStore('kv').getAllKeys().onsuccess = ({ target }) =>
            resolve((target as IDBRequest<IDBValidKey[]>).result);
        });
        log.close();
        return keys.filter((key) => String(key).includes('segments')).length;
      });
      acked = found.last;
    }
    await annotate(`${engine.name}: ${acked} transactions, ${rounds(50, 3)} kills, ${checkpoints} segments in the end`);
  }, 3_600_000);

  test('SIGKILL while a large insert becomes segments: all of it is there, and becomes segments later', async ({ annotate }) => {
    const COUNT = rounds(100_000, 20_000);
    let expected = 0;
    let tab = await openTab(context, site().app);
    for (let round = 0; round < rounds(20, 2); round++) {
      await tab.evaluate(async (count) => {
        const notes = Array.from({ length: count }, (_, n) => ({
          title: `Task ${n}: call back customer ${n * 7}`,
          text: 'x'.repeat(80),
          n,
        }));
        await app.collections.notes.insertMany(notes);
      }, COUNT);
      expected += COUNT;
      // A checkpoint is begun one second after.
      await new Promise((resolve) => setTimeout(resolve, 700 + Math.random() * 2_500));
      await profile.kill();
      context = await profile.start();
      tab = await openTab(context, site().app);
      expect(await tab.evaluate(() => app.collections.notes.count())).toBe(expected);
      if (expected > 3 * COUNT) {
        await tab.evaluate(() => app.collections.notes.drop());
        expected = 0;
      }
    }
    await annotate(`${engine.name}: ${rounds(20, 2)} kills, ${COUNT} documents each`);
  }, 3_600_000);
});
