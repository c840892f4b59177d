import { type BrowserType, chromium, firefox, type LaunchOptions } from 'playwright';
import { findBrowsers } from '../../scripts/browsers.mjs';

/** A browser of this machine, and how it is started with nothing turned off that our users have. */
export interface Engine {
  readonly name: 'chromium' | 'firefox';
  readonly type: BrowserType;
  readonly options: LaunchOptions;
}

const found = findBrowsers();

export const engines: Engine[] = [
  // Playwright turns the back/forward cache off unless it is told not to.
  ...(found.chromium
    ? [{ name: 'chromium' as const, type: chromium, options: { ...found.chromium, ignoreDefaultArgs: ['--disable-back-forward-cache'] } }]
    : []),
  ...(found.firefox ? [{ name: 'firefox' as const, type: firefox, options: found.firefox }] : []),
];

/** `HARD=1` runs each experiment as often as docs/reliability.md says (`ROUNDS=3` less often); without it as often as a quick test run bears. */
export function rounds(hard: number, quick: number): number {
  return process.env.HARD ? Math.min(hard, Number(process.env.ROUNDS ?? hard)) : quick;
}
