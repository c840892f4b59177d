import { describe, expect, test } from 'vitest';
import { engines } from '../harness/engines.ts';
import { useBrowser, useSite } from '../harness/suite.ts';

const site = useSite();

describe.each(engines)('$name', (engine) => {
  const browser = useBrowser(engine);

  test("keys, collections, live queries, Blobs and encryption work under default-src 'none', script-src 'self' and Trusted Types", async () => {
    const context = await browser().newContext();
    const [tab, other] = [await context.newPage(), await context.newPage()];
    await tab.goto(site().strict);
    await other.goto(site().strict);
    await other.evaluate(() => app.keys.text.ready.then(() => undefined));
    const done = await tab.evaluate(async () => {
      const { keys, collections } = app;
      const vault = encryption.deviceVault();
      const storage = encryption.encrypted(holdfast.indexedDb(), vault);
      const secret = holdfast.createStore({ name: 'secret', storage, keys: { text: holdfast.key('') } }).keys.text;
      const saved = [
        await keys.file.set(new File(['bytes'], 'a.txt')),
        await keys.localText.set('local'),
        await keys.n.update((n) => n + 1),
        await secret.set('sealed'),
      ];
      const live = collections.notes.live({ where: { title: { $startsWith: 'a' } }, sort: { n: 1 } });
      live.subscribe(() => {});
      await collections.notes.insertMany([
        { title: 'ab', n: 2 },
        { title: 'ac', n: 1 },
      ]);
      await keys.text.set('the last');
      await app.flush();
      const found = await collections.notes.find({ where: { title: { $regex: /^a/ } } });
      return { saved: saved.every((result) => result.saved), found: found.length, isEvalRefused: isEvalRefused() };

      function isEvalRefused(): boolean {
        try {
          // biome-ignore lint/security/noGlobalEval: shows that the policy is in force
          return globalThis.eval('1') !== 1;
        } catch {
          return true;
        }
      }
    });
    expect(done).toEqual({ saved: true, found: 2, isEvalRefused: true });
    await expect.poll(() => other.evaluate(() => app.keys.text.get())).toBe('the last');
    for (const page of [tab, other]) {
      expect(await page.evaluate(() => uncaught)).toEqual([]);
      // What the test itself has provoked, and the icon that the browser asks for.
      expect((await page.evaluate(() => violations)).filter((violation) => !/eval|favicon/.test(violation))).toEqual([]);
    }
    await context.close();
  });
});
