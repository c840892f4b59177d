// What the tests need from outside npm: three browser engines, Redis, PostgreSQL and etcd. Installs what is missing where it can, says
// what it does, does nothing twice. NO_SETUP=1 turns it off.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findBrowsers } from './browsers.mjs';
import { findServers } from './find-servers.mjs';

if (process.env.NO_SETUP) process.exit(0);
/** How each need is met: Debian's packages, or a download of Playwright's. @type {{ what: string, isHere: () => boolean, apt: string[], playwright?: string }[]} */
const needs = [
  { what: 'Chromium', isHere: () => Boolean(findBrowsers().chromium), apt: ['chromium', 'fonts-liberation'], playwright: 'chromium' },
  { what: 'Firefox', isHere: () => Boolean(findBrowsers().firefox), apt: ['firefox-esr'], playwright: 'firefox' },
  {
    what: 'WebKit',
    isHere: () => Boolean(findBrowsers().webkit || findBrowsers().webkitgtk),
    apt: ['webkit2gtk-driver', 'xvfb'],
    playwright: 'webkit',
  },
  { what: 'Redis', isHere: () => Boolean(findServers().redis), apt: ['redis-server'] },
  { what: 'PostgreSQL', isHere: () => Boolean(findServers().postgres), apt: ['postgresql'] },
  { what: 'etcd', isHere: () => Boolean(findServers().etcd), apt: ['etcd-server'] },
];

const run = (/** @type {string} */ command, /** @type {string[]} */ args, env = {}) => {
  console.log(`setup: ${command} ${args.filter((it) => !it.startsWith('-') && !it.includes('::')).join(' ')}`);
  return spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } }).status === 0;
};
const missing = needs.filter((need) => !need.isHere());
if (missing.length > 0) {
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    // A fresh machine often runs its own apt: wait for its lock.
    const options = ['-y', '-qq', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3', '-o', 'Dpkg::Use-Pty=0'];
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    run('apt-get', [...options, 'update'], env);
    // One by one: a package that cannot be had keeps no other away.
    for (const need of missing) run('apt-get', [...options, '--no-install-recommends', 'install', ...need.apt], env);
  } else if (missing.some((need) => need.playwright)) run('playwright', ['install', ...missing.flatMap((need) => need.playwright ?? [])]);
}
const lacking = needs.filter((need) => !need.isHere()).map((need) => need.what);
if (lacking.length === 0) console.log(`setup: ok, ${needs.map((need) => need.what).join(', ')}, Node ${process.version}`);
else console.error(`setup: no ${lacking.join(', no ')}: its tests do not run. CHROMIUM_PATH and FIREFOX_PATH name browsers of your own.`);
process.exit(lacking.length > 0 && process.env.CI ? 1 : 0);
