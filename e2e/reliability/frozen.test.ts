import puppeteer from 'puppeteer-core';
import { expect, test } from 'vitest';
import { engines } from '../harness/engines.ts';
import { useSite } from '../harness/suite.ts';

const site = useSite();
const engine = engines.find(({ name }) => name === 'chromium');

// Playwright makes every page look visible and freezes none; no protocol of Firefox can freeze one.
test.runIf(engine)('a frozen tab shows what others have written as soon as it thaws', async () => {
  const { executablePath, args } = engine?.options ?? {};
  const browser = await puppeteer.launch({ ...(executablePath ? { executablePath } : {}), ...(args ? { args } : {}) });
  try {
    const tab = await browser.newPage();
    await tab.goto(site().app);
    await tab.evaluate(async () => {
      await Promise.all([app.keys.n.set(1), app.keys.localN.set(1)]);
      let ticks = 0;
      let isFrozen = false;
      setInterval(() => ticks++, 10);
      document.addEventListener('freeze', () => {
        isFrozen = true;
      });
      Object.assign(globalThis, { life: () => ({ ticks, isFrozen }) });
    });
    const other = await browser.newPage();
    await other.goto(site().app);
    await other.bringToFront();
    await expect.poll(() => tab.evaluate(() => document.visibilityState)).toBe('hidden');
    const life = (): Promise<{ ticks: number; isFrozen: boolean }> =>
      tab.evaluate(() => (globalThis as unknown as { life(): { ticks: number; isFrozen: boolean } }).life());
    const cdp = await tab.createCDPSession();
    await cdp.send('Page.setWebLifecycleState', { state: 'frozen' });
    await expect.poll(async () => (await life()).isFrozen).toBe(true);
    const { ticks } = await life();
    await other.evaluate(async () => {
      for (let n = 2; n <= 300; n++) await app.keys.n.set(n);
      await app.keys.localN.set(300);
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await life()).ticks).toBe(ticks);
    await cdp.send('Page.setWebLifecycleState', { state: 'active' });
    await expect.poll(() => tab.evaluate(() => [app.keys.n.get(), app.keys.localN.get()]), { timeout: 2_000 }).toEqual([300, 300]);
    expect(await tab.evaluate(() => app.keys.n.set(301))).toEqual({ saved: true });
    await expect.poll(() => other.evaluate(() => app.keys.n.get())).toBe(301);
  } finally {
    await browser.close();
  }
});
