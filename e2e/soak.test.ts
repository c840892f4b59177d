import puppeteer, { type Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import { engines } from './harness/engines.ts';
import { useSite } from './harness/suite.ts';

const site = useSite();
const engine = engines.find(({ name }) => name === 'chromium');
/** `MINUTES=30 pnpm test:hard e2e/soak.test.ts` */
const MINUTES = Number(process.env.MINUTES ?? 10);
const TABS = 8;
/** Each tab, so often: all of them about 200 a second where the machine bears it. */
const PAUSE_MS = 40;

/** What a page does until it ends, and what it says of it. */
async function work(name: number, id: string, pauseMs: number): Promise<void> {
  const said = globalThis as unknown as { say(what: 'inserted' | 'added' | 'tried' | 'slow', value: string | number): void };
  const { keys, collections } = app;
  for (let n = 0; ; n++) {
    const began = performance.now();
    const kind = n % 5;
    try {
      if (kind === 0) said.say('inserted', await collections.notes.insert({ title: `of ${name}`, n }));
      else if (kind === 1) {
        said.say('tried', 1);
        if (await collections.notes.update(id, { $inc: { n: 1 } })) said.say('added', 1);
      } else if (kind === 2) await collections.notes.update(id, { text: `${name} ${n}` });
      else if (kind === 3) await keys.row(String(name)).set(`${n}`);
      else {
        const [old] = await collections.notes.find({ where: { title: `of ${name}` }, sort: { n: 1 }, limit: 1 });
        // So that it does not grow for ever: what is deleted is not expected.
        if (old && n > 500) {
          said.say('inserted', `-${old._id}`);
          await collections.notes.delete(old._id);
        }
      }
    } catch {}
    const ms = performance.now() - began;
    if (ms > 100) said.say('slow', ms);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

// Puppeteer, because nothing else can freeze a page.
test.runIf(engine)(
  `${TABS} tabs, ${MINUTES} minutes of writes, freezes, reloads and crashes: nothing acknowledged is lost, all agree, memory does not grow`,
  async ({ annotate }) => {
    const { executablePath, args } = engine?.options ?? {};
    const browser = await puppeteer.launch({
      ...(executablePath ? { executablePath } : {}),
      args: [...(args ?? []), '--js-flags=--expose-gc'],
    });
    const expected = new Set<string>();
    const count = { writes: 0, added: 0, tried: 0, slow: 0, freezes: 0, reloads: 0, crashes: 0 };
    let id = '';

    async function open(name: number): Promise<Page> {
      const page = await browser.newPage();
      await page.exposeFunction('say', (what: 'inserted' | 'added' | 'tried' | 'slow', value: string | number) => {
        count.writes++;
        if (what === 'inserted') {
          const found = String(value);
          if (found.startsWith('-')) expected.delete(found.slice(1));
          else expected.add(found);
        } else count[what]++;
      });
      await start(page, name);
      return page;
    }

    async function start(page: Page, name: number): Promise<void> {
      await page.goto(site().app);
      id ||= await page.evaluate(() => app.collections.notes.insert({ title: 'counter', n: 0 }));
      await page.waitForFunction(async (id) => !!(await app.collections.notes.findOne(id)), {}, id);
      page.evaluate(work, name, id, PAUSE_MS).catch(() => {}); // the page is gone
    }

    const heap = async (page: Page): Promise<number> => {
      await page.evaluate(() => (globalThis as unknown as { gc?(): void }).gc?.());
      return (await page.metrics()).JSHeapUsedSize ?? 0;
    };

    try {
      const pages: Page[] = [];
      for (let name = 0; name < TABS; name++) pages.push(await open(name));
      // The first tab lives through it all.
      const witness = pages[0] as Page;
      const endMs = Date.now() + MINUTES * 60_000;
      const heaps: [minute: number, bytes: number][] = [];
      const beganMs = Date.now();
      for (let turn = 0; Date.now() < endMs; turn++) {
        await new Promise((resolve) => setTimeout(resolve, 2_000));
        const name = 1 + Math.floor(Math.random() * (TABS - 1));
        const page = pages[name] as Page;
        const kind = turn % 3;
        if (kind === 0) {
          const cdp = await page.createCDPSession();
          await witness.bringToFront();
          await cdp.send('Page.setWebLifecycleState', { state: 'frozen' });
          await new Promise((resolve) => setTimeout(resolve, 1_000));
          await cdp.send('Page.setWebLifecycleState', { state: 'active' });
          await cdp.detach();
          count.freezes++;
        } else if (kind === 1) {
          await start(page, name);
          count.reloads++;
        } else {
          const cdp = await page.createCDPSession();
          cdp.send('Page.crash').catch(() => {}); // it cannot answer any more
          await new Promise((resolve) => setTimeout(resolve, 200));
          await page.close().catch(() => {});
          pages[name] = await open(name);
          count.crashes++;
        }
        if (turn % 10 === 0) heaps.push([(Date.now() - beganMs) / 60_000, await heap(witness)]);
      }
      const figures = await Promise.all(
        pages.map(async (page) => {
          await page.evaluate(() => app.flush().then(() => undefined)).catch(() => {});
          return page.evaluate(() => ({ reported, uncaught }));
        }),
      );
      // No more writes: fresh pages look at what is there.
      for (const page of pages.slice(1)) await page.close();
      await witness.reload();
      const fresh = await browser.newPage();
      await fresh.goto(site().app);
      const all = (page: Page): Promise<[string, number][]> =>
        page.evaluate(async () => (await app.collections.notes.find({ sort: { _id: 1 } })).map(({ _id, n }): [string, number] => [_id, n]));
      await expect
        .poll(async () => JSON.stringify(await all(witness)) === JSON.stringify(await all(fresh)), { timeout: 60_000 })
        .toBe(true);
      const found = new Map(await all(fresh));
      expect([...expected].filter((each) => !found.has(each))).toEqual([]);
      const n = found.get(id) ?? -1;
      expect(n).toBeGreaterThanOrEqual(count.added);
      expect(n).toBeLessThanOrEqual(count.tried);
      expect(figures.flatMap(({ uncaught }) => uncaught)).toEqual([]);
      const slope = slopeOf(heaps.slice(1)) / 1_000_000;
      await annotate(
        `${MINUTES} minutes: ${JSON.stringify(count)}, ${found.size} documents, counter ${n}, heap ${slope.toFixed(2)} MB a minute, ` +
          `reported ${JSON.stringify([...new Set(figures.flatMap(({ reported }) => reported))])}`,
      );
      if (MINUTES >= 10) expect(slope).toBeLessThan(1);
    } finally {
      await browser.close();
    }
  },
  MINUTES * 60_000 + 300_000,
);

/** Of the line through the points that misses them least. */
function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))];
  const spread = points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0) / spread;
}
