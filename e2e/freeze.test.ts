import puppeteer, { type Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import { findBrowsers } from '../scripts/browsers.mjs';
import { serveExamples } from './site.ts';

const { chromium } = findBrowsers();
const NAME = '#react input[autocomplete]';
const nameIn = (page: Page): Promise<string> => page.$eval(NAME, (input) => (input as HTMLInputElement).value);

// Playwright makes every page look focused and visible, so nothing ever freezes under it; puppeteer does not.
test.skipIf(!chromium)('a frozen tab does nothing, and catches up when it thaws', async () => {
  const site = await serveExamples();
  const browser = await puppeteer.launch({ executablePath: chromium?.executablePath ?? '', args: chromium?.args ?? [] });
  try {
    const frozen = await browser.newPage();
    await frozen.goto(site.url);
    await frozen.waitForSelector(NAME);
    const other = await browser.newPage();
    await other.goto(site.url);
    await other.waitForSelector(NAME);
    await other.bringToFront();
    await expect.poll(() => frozen.evaluate(() => document.visibilityState)).toBe('hidden');
    await frozen.evaluate(() => {
      Object.assign(globalThis, { ticks: 0 });
      setInterval('ticks++', 10);
    });
    const lifecycle = await frozen.createCDPSession();
    await lifecycle.send('Page.setWebLifecycleState', { state: 'frozen' });
    const before = await frozen.evaluate('ticks');
    await other.type(NAME, 'Ada');
    await expect.poll(() => other.$eval('#keys', (table) => table.textContent)).toMatch(/name.*persistent.*3 B/);
    expect(await nameIn(frozen)).toBe('');
    expect(await frozen.evaluate('ticks')).toBe(before);
    await lifecycle.send('Page.setWebLifecycleState', { state: 'active' });
    await expect.poll(() => nameIn(frozen), { timeout: 10_000 }).toBe('Ada');
  } finally {
    await browser.close();
    await site.close();
  }
});
