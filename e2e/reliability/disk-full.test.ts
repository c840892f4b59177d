import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { canMount, createDisk } from '../harness/disk.ts';
import { engines } from '../harness/engines.ts';
import { createProfile } from '../harness/profile.ts';
import { openTab, useSite } from '../harness/suite.ts';

const site = useSite();

describe.runIf(canMount).each(engines)('$name', (engine) => {
  test('on a full disk writes fail and stay in memory, nothing is thrown, and once there is space all of them are stored', async ({
    annotate,
  }) => {
    const disk = createDisk(engine.name === 'firefox' ? 160 : 110);
    const args = engine.name === 'chromium' ? { args: [...(engine.options.args ?? []), '--disk-cache-dir=/dev/null'] } : {};
    const profile = createProfile({ ...engine, options: { ...engine.options, ...args } }, disk.directory);
    try {
      const tab = await openTab(await profile.start(), site().app);
      await tab.evaluate(async () => {
        await app.keys.text.set('before');
        await app.collections.notes.insert({ title: 'before', n: -1 });
      });
      disk.fill();
      const full = await tab.evaluate(async () => {
        const began = performance.now();
        const whole = holdfast.health(app);
        let failingMs: number | undefined;
        whole.subscribe(() => {
          if (whole.get().state === 'failing') failingMs ??= performance.now() - began;
        });
        const results: string[] = [];
        const settled = Promise.all(
          Array.from({ length: 50 }, async (_, n) => {
            const text = Array.from(noise(10_000), (byte) => byte.toString(36)).join('');
            const [set, inserted] = await Promise.all([
              app.keys.row(String(n)).set(text),
              app.collections.notes.insert({ title: 'full', text, n }).then(
                () => 'saved',
                ({ code }) => code,
              ),
            ]);
            results.push(set.saved ? 'saved' : set.error.code, inserted);
          }),
        ).then(() => 'all settle');
        const ended = await Promise.race([settled, new Promise<string>((resolve) => setTimeout(resolve, 60_000, 'hangs'))]);
        return { ended, codes: [...new Set(results)], failingMs, shown: await app.collections.notes.count() };
      });
      expect(full.ended).toBe('all settle');
      expect(full.shown).toBe(51);
      expect(full.codes.some((code) => code !== 'saved')).toBe(true);
      disk.free();
      const began = Date.now();
      await expect.poll(() => tab.evaluate(() => holdfast.health(app).get().state), { timeout: 120_000 }).toBe('well');
      const healedMs = Date.now() - began;
      const stored = (page: Page): Promise<number[]> =>
        page.evaluate(async () => {
          const rows = Array.from({ length: 50 }, (_, n) => app.keys.row(String(n)));
          await Promise.all(rows.map((row) => row.ready));
          return [rows.filter((row) => row.get() !== '').length, await app.collections.notes.count()];
        });
      expect(await stored(await openTab(tab.context(), site().app))).toEqual([50, 51]);
      expect(await tab.evaluate(() => uncaught)).toEqual([]);
      await profile.kill();
      const found = await stored(await openTab(await profile.start(), site().app));
      // Chromium 156 goes on in a log whose last record was cut off by the full disk, and deletes the database when it reads that again:
      // docs/reliability.md.
      if (engine.name !== 'chromium') expect(found).toEqual([50, 51]);
      await annotate(
        `${engine.name}: ${full.codes.join(', ')}; failing after ${full.failingMs?.toFixed(0)} ms, all stored ${healedMs} ms after there was space; after a restart: ${found.join(' rows, ')} notes`,
      );
    } finally {
      await profile.kill();
      disk.remove();
    }
  }, 600_000);
});
