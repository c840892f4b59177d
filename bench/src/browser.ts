import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, firefox, type Page } from 'playwright';
import { findBrowsers } from '../../scripts/browsers.mjs';

export const BROWSERS = ['chromium', 'firefox'] as const;
export type BrowserName = (typeof BROWSERS)[number];

export interface Browser {
  readonly version: string;
  /** A new page at an address, ready to be called. */
  open(url: string): Promise<Page>;
  close(): Promise<void>;
}

/** A real profile on disk, because a private context keeps IndexedDB in memory. `undefined`: not on this machine. */
export async function launch(name: BrowserName): Promise<Browser | undefined> {
  const options = findBrowsers()[name];
  if (!options) return undefined;
  const profile = mkdtempSync(join(tmpdir(), `bench-${name}-`));
  const context: BrowserContext = await { chromium, firefox }[name].launchPersistentContext(profile, { headless: true, ...options });
  return {
    version: `${name} ${context.browser()?.version() ?? ''}`.trim(),
    async open(url) {
      const page = await context.newPage();
      page.on('pageerror', (error) => console.error(`${url} ${error}`));
      page.on('console', (message) => ['error', 'warning'].includes(message.type()) && console.error(`${url} ${message.text()}`));
      await page.goto(url);
      if (!(await page.evaluate(() => crossOriginIsolated))) throw new Error(`${url} is not isolated: its clock is too coarse`);
      return page;
    },
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
