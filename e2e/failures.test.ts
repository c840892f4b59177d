import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, type BrowserType, chromium, firefox, type LaunchOptions } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBrowsers } from '../scripts/browsers.mjs';

const found = findBrowsers();
const page = `<!doctype html><title>t</title><script>
const open = () => new Promise((ok, no) => { const r = indexedDB.open('db', 1); r.onupgradeneeded = () => r.result.createObjectStore('kv'); r.onsuccess = () => ok(r.result); r.onerror = () => no(r.error); });
const put = (db, k, v) => new Promise((ok, no) => { const t = db.transaction('kv', 'readwrite'); t.objectStore('kv').put(v, k); t.oncomplete = ok; t.onabort = () => no(t.error); });
const get = (db, k) => new Promise((ok, no) => { const r = db.transaction('kv').objectStore('kv').get(k); r.onsuccess = () => ok(r.result); r.onerror = () => no(r.error); });
</script>`;
let server: Server;
let url: string;
beforeAll(async () => {
  server = createServer((_, r) => r.setHeader('content-type', 'text/html').end(page));
  await new Promise<void>((ok) => server.listen(0, '127.0.0.1', ok));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => server.close());

/** The processes of the browser that has this profile: those that name it and all their descendants. Nobody else's. */
function processesOf(profile: string): number[] {
  const kids = new Map<number, number[]>();
  const roots: number[] = [];
  for (const d of readdirSync('/proc').filter((n) => /^\d+$/.test(n))) {
    try {
      const stat = readFileSync(`/proc/${d}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      kids.set(parent, [...(kids.get(parent) ?? []), Number(d)]);
      if (readFileSync(`/proc/${d}/cmdline`, 'utf8').includes(profile)) roots.push(Number(d));
    } catch {} // it ended meanwhile
  }
  const all = new Set<number>();
  const walk = (p: number): void => {
    all.add(p);
    for (const k of kids.get(p) ?? []) walk(k);
  };
  roots.forEach(walk);
  return [...all];
}

const kinds: [string, BrowserType, LaunchOptions | undefined][] = [
  ['chromium', chromium, found.chromium],
  ['firefox', firefox, found.firefox],
];
test.each(kinds)('%s: what was acknowledged survives SIGKILL of the browser', async (_, type, options) => {
  if (!options || process.platform !== 'linux') return;
  const profile = mkdtempSync(join(tmpdir(), 'profile-'));
  const launch = (): Promise<BrowserContext> => type.launchPersistentContext(profile, options);
  let context = await launch();
  let acked = -1;
  let tab = await context.newPage();
  await tab.exposeFunction('ack', (n: number) => {
    acked = n;
  });
  await tab.goto(url);
  tab.evaluate('(async () => { const db = await open(); for (let i = 0; ; i++) { await put(db, "n", i); ack(i); } })()').catch(() => {});
  await expect.poll(() => acked, { timeout: 15_000 }).toBeGreaterThan(20);
  for (const pid of processesOf(profile)) process.kill(pid, 'SIGKILL');
  await context.close().catch(() => {});
  for (const f of ['SingletonLock', 'SingletonSocket', 'SingletonCookie', 'lock', '.parentlock']) rmSync(join(profile, f), { force: true });
  context = await launch();
  tab = await context.newPage();
  await tab.goto(url);
  expect(await tab.evaluate('open().then((db) => get(db, "n"))')).toBeGreaterThanOrEqual(acked);
  await context.close();
  rmSync(profile, { recursive: true, force: true });
});

test.skipIf(!found.chromium)('a full disk rejects and leaves the database usable', async () => {
  const browser = await chromium.launch(found.chromium);
  const tab = await browser.newPage();
  await tab.goto(url);
  const cdp = await tab.context().newCDPSession(tab);
  await cdp.send('Storage.overrideQuotaForOrigin', { origin: new URL(url).origin, quotaSize: 200_000 });
  const noise =
    '(() => { const a = new Uint8Array(3e6); for (let i = 0; i < a.length; i += 65536) crypto.getRandomValues(a.subarray(i, i + 65536)); return a; })()';
  const outcome = (v: string) => tab.evaluate(`open().then((db) => put(db, "k", ${v})).then(() => "ok", (e) => e.name)`);
  expect(await outcome('"small"')).toBe('ok');
  expect(await outcome(noise)).toBe('QuotaExceededError');
  expect(await tab.evaluate('open().then((db) => get(db, "k"))')).toBe('small');
  await cdp.send('Storage.overrideQuotaForOrigin', { origin: new URL(url).origin });
  expect(await outcome(noise)).toBe('ok');
  await browser.close();
});

test.skipIf(!found.chromium)('back and forward restores the same document', async () => {
  const browser = await chromium.launch({ ...found.chromium, ignoreDefaultArgs: ['--disable-back-forward-cache'] });
  const tab = await browser.newPage();
  await tab.goto(url);
  await tab.evaluate('marker = 42; addEventListener("pageshow", (e) => { shown = e.persisted; })');
  await tab.goto(url.replace('127.0.0.1', 'localhost'));
  await tab.goBack({ waitUntil: 'commit' });
  await expect.poll(() => tab.evaluate('[globalThis.marker, globalThis.shown]').catch(() => null)).toEqual([42, true]);
  await browser.close();
});
