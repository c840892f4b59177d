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

/** A folder for what a browser stores, gone after `use`. */
export async function withProfile<T>(use: (profile: string) => Promise<T>): Promise<T> {
  const profile = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    return await use(profile);
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

export function isHere(name: BrowserName): boolean {
  return findBrowsers()[name] !== undefined;
}

/** A new process. A real profile on disk, because a private context keeps IndexedDB in memory. */
export async function launch(name: BrowserName, profile: string): Promise<Browser> {
  const options = findBrowsers()[name];
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
    close: () => context.close(),
  };
}
