// Where this machine's browsers are. Env first, then the system's, then Playwright's own downloads.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const first = (...paths) => paths.find((p) => p && existsSync(p));
const downloaded = (name) => {
  try {
    const p = createRequire(import.meta.url)('playwright')[name].executablePath();
    return existsSync(p) ? p : undefined;
  } catch {
    return undefined;
  }
};

/** Flags for Debian's Chromium as root and without a network. */
const chromiumArgs = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Playwright launch options for each browser this machine has; undefined = not here. */
export function findBrowsers() {
  const chromium = first(process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome');
  const firefox = first(process.env.FIREFOX_PATH, '/usr/bin/firefox-esr', '/usr/bin/firefox');
  return {
    chromium: chromium ? { executablePath: chromium, args: chromiumArgs } : downloaded('chromium') ? { args: chromiumArgs } : undefined,
    // A stock Firefox is driven over WebDriver BiDi (channel moz-firefox); Playwright's own build over its own protocol.
    firefox: downloaded('firefox') ? {} : firefox ? { channel: 'moz-firefox', executablePath: firefox } : undefined,
    webkit: downloaded('webkit') ? {} : undefined,
    webkitgtk: Boolean(first('/usr/bin/WebKitWebDriver') && first('/usr/bin/Xvfb')),
  };
}
