import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll } from 'vitest';
import type { Engine } from './engines.ts';
import { type Site, startSite } from './site.ts';

/** The site of a test file: runs while its tests run. */
export function useSite(): () => Site {
  let site: Site | undefined;
  beforeAll(async () => {
    site = await startSite();
  });
  afterAll(() => site?.close());
  return () => present(site);
}

/** A browser that lives as long as the `describe` it is asked for in. */
export function useBrowser({ type, options }: Engine): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await type.launch(options);
  });
  afterAll(() => browser?.close());
  return () => present(browser);
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('Only while a test runs');
  return value;
}

export async function openTab(context: BrowserContext, url: string): Promise<Page> {
  const tab = await context.newPage();
  await tab.goto(url);
  return tab;
}

/** Runs `work` with a fresh user: storage of its own, `count` tabs on the page. */
export async function withTabs(browser: Browser, url: string, count: number, work: (...tabs: Page[]) => Promise<void>): Promise<void> {
  const context = await browser.newContext();
  try {
    const tabs: Page[] = [];
    for (let index = 0; index < count; index++) tabs.push(await openTab(context, url));
    await work(...tabs);
  } finally {
    await context.close();
  }
}
