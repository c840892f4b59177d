import type { BrowserContext, Page } from 'playwright';
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

  async function killAndRestart(): Promise<Page> {
    await profile.kill();
    context = await profile.start();
    return openTab(context, site().app);
  }

  test('a File that is acknowledged survives SIGKILL of the browser with its name, type, date and bytes', async () => {
    const tab = await openTab(context, site().app);
    const before = await tab.evaluate(async () => {
      const file = new File([noise(300_000)], 'Größe 1.png', { type: 'image/png', lastModified: 1_234_567 });
      const { saved } = await app.keys.file.set(file);
      const hash = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
      return { saved, hash: [...new Uint8Array(hash)] };
    });
    expect(before.saved).toBe(true);
    const next = await killAndRestart();
    const after = await next.evaluate(async () => {
      await app.keys.file.ready;
      const file = app.keys.file.get();
      if (!(file instanceof File)) return undefined;
      const hash = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
      return { name: file.name, type: file.type, lastModified: file.lastModified, hash: [...new Uint8Array(hash)] };
    });
    expect(after).toEqual({ name: 'Größe 1.png', type: 'image/png', lastModified: 1_234_567, hash: before.hash });
  });

  test('what is acknowledged survives SIGKILL of the browser at any moment, whole', async ({ annotate }) => {
    let acked = 0;
    let sum = 0;
    let tab = await openTab(context, site().app);
    for (let round = 0; round < rounds(50, 3); round++) {
      const first = acked;
      await tab.exposeFunction('ack', (n: number) => {
        acked = n;
      });
      // Two keys in one turn are one transaction: either both or none.
      const work = tab.evaluate(async () => {
        const { n, text } = app.keys;
        await n.ready;
        for (;;) {
          const next = n.get() + 1;
          text.set(`${next} ${noise(500).join()} ${next}`);
          if ((await n.set(next)).saved) (globalThis as unknown as { ack(n: number): void }).ack(next);
        }
      });
      work.catch(() => {}); // the browser is gone
      await expect.poll(() => acked, { timeout: 20_000 }).toBeGreaterThan(first);
      await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 1_300));
      tab = await killAndRestart();
      const { n, text } = await tab.evaluate(async () => {
        await Promise.all([app.keys.n.ready, app.keys.text.ready]);
        return { n: app.keys.n.get(), text: app.keys.text.get().split(' ') };
      });
      expect(n).toBeGreaterThanOrEqual(acked);
      expect([text[0], text[2]]).toEqual([String(n), String(n)]);
      sum += acked - first;
      acked = n;
    }
    await annotate(`${engine.name}: ${sum} acknowledged writes, ${rounds(50, 3)} kills, none lost`);
  }, 3_600_000);
});
