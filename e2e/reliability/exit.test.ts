import type { BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, rounds } from '../harness/engines.ts';
import { openTab, useBrowser, useSite } from '../harness/suite.ts';

type Way = 'navigate' | 'close' | 'reload' | 'bfcache';
type Moment = 'task' | 'pagehide' | 'hidden';
/** What a page does: sets a value, with the connection open or not yet, and leaves in the same task. */
interface Exit {
  readonly way: Way;
  readonly moment: Moment;
  readonly isOpen: boolean;
}

const ways: Way[] = ['navigate', 'close', 'reload', 'bfcache'];
const TABS = 4;
const site = useSite();

describe.each(engines)('$name', (engine) => {
  const browser = useBrowser(engine);
  let context: BrowserContext;
  let reader: Page;
  let tabs: Page[];
  let values = 0;
  beforeAll(async () => {
    context = await browser().newContext();
    reader = await openTab(context, site().app);
    tabs = await Promise.all(Array.from({ length: TABS }, () => context.newPage()));
  });
  afterAll(() => context?.close());

  /** What the next page of the site finds, a row for each tab. */
  function stored(): Promise<string[]> {
    return reader.evaluate(async (count) => {
      const { createStore, indexedDb, key, keyFamily } = holdfast;
      const store = createStore({ name: 'app', storage: indexedDb(), keys: { row: keyFamily((_id: string) => key('')) } });
      const rows = Array.from({ length: count }, (_, index) => store.keys.row(String(index)));
      await Promise.all(rows.map((row) => row.ready));
      const values = rows.map((row) => row.get());
      await store.close();
      return values;
    }, TABS);
  }

  /** Only a tab that a script has opened may close itself. */
  async function openByScript(): Promise<Page> {
    const opened = context.waitForEvent('page');
    await reader.evaluate((url) => {
      open(url);
    }, site().app);
    return opened;
  }

  async function leave(tab: Page, id: number, value: string, exit: Exit): Promise<void> {
    await tab.waitForFunction(() => 'holdfast' in globalThis, undefined, { polling: 20 });
    const gone = exit.way === 'close' ? tab.waitForEvent('close') : tab.waitForEvent('framenavigated');
    const script = async ({
      id,
      value,
      way,
      moment,
      isOpen,
      target,
    }: Exit & { id: string; value: string; target: string }): Promise<void> => {
      const row = app.keys.row(id);
      if (isOpen) await row.ready;
      const set = (): void => void row.set(value);
      if (moment === 'task') set();
      if (moment === 'pagehide') addEventListener('pagehide', set);
      if (moment === 'hidden') document.addEventListener('visibilitychange', set);
      if (way === 'close') close();
      else if (way === 'reload') location.reload();
      else location.href = target;
    };
    const target = exit.way === 'bfcache' ? site().elsewhere : site().blank;
    tab.evaluate(script, { ...exit, id: String(id), value, target }).catch(() => {}); // the page is gone
    await gone;
    if (exit.way !== 'close') await tab.waitForLoadState();
  }

  async function round(exit: Exit, count: number): Promise<number> {
    const expected = Array.from({ length: count }, () => `${exit.way} ${exit.moment} ${++values}`);
    const leaving: Page[] = [];
    for (const tab of tabs.slice(0, count)) leaving.push(exit.way === 'close' ? await openByScript() : tab);
    if (exit.way !== 'close') await Promise.all(leaving.map((tab) => tab.goto(site().app)));
    // A tab behind another one is hidden already.
    if (count === 1) await leaving[0]?.bringToFront();
    await Promise.all(leaving.map((tab, id) => leave(tab, id, expected[id] ?? '', exit)));
    const lost = async (): Promise<string[]> => {
      const found = await stored();
      return expected.filter((value, id) => found[id] !== value);
    };
    const deadline = Date.now() + 6_000;
    while ((await lost()).length > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 100));
    return (await lost()).length;
  }

  async function lostOf(count: number, exit: Exit): Promise<number> {
    let lost = 0;
    const atOnce = exit.moment === 'hidden' ? 1 : TABS;
    for (let done = 0; done < count; done += atOnce) lost += await round(exit, atOnce);
    return lost;
  }

  const hours = 3_600_000;
  test.each(ways)(
    'a small value survives set() and %s in one task',
    async (way) => {
      expect(await lostOf(rounds(50, 8), { way, moment: 'task', isOpen: true })).toBe(0);
    },
    hours,
  );

  test.each(ways)(
    'a small value that is set in pagehide survives %s',
    async (way) => {
      expect(await lostOf(rounds(50, 8), { way, moment: 'pagehide', isOpen: true })).toBe(0);
    },
    hours,
  );

  test.each(ways)(
    'a small value that is set when the page is hidden survives %s',
    async (way) => {
      expect(await lostOf(rounds(50, 4), { way, moment: 'hidden', isOpen: true })).toBe(0);
    },
    hours,
  );

  test.each(ways)(
    'a small value that is set before the first open has finished survives %s',
    async (way) => {
      expect(await lostOf(rounds(20, 4), { way, moment: 'task', isOpen: false })).toBe(0);
    },
    hours,
  );

  test(
    'a value of 5 MB is kept when the tab closes at once, or it was said that it is not safe yet',
    async ({ annotate }) => {
      let kept = 0;
      let told = 0;
      const count = rounds(20, 2);
      for (let round = 1; round <= count; round++) {
        const tab = await openByScript();
        await tab.waitForFunction(() => 'holdfast' in globalThis, undefined, { polling: 20 });
        const gone = tab.waitForEvent('close');
        const script = async (round: number): Promise<void> => {
          await app.keys.bytes.ready;
          const bytes = noise(5_000_000);
          bytes.fill(round, 0, 10);
          bytes.fill(round, bytes.length - 10);
          void app.keys.bytes.set(bytes);
          const { pending, persistent } = app.keys.bytes.status.get();
          localStorage.setItem('told', `${round} ${pending && !persistent}`);
          close();
        };
        tab.evaluate(script, round).catch(() => {}); // the page is gone
        await gone;
        await new Promise((resolve) => setTimeout(resolve, 500));
        const found = await reader.evaluate(async () => {
          const { createStore, indexedDb, key } = holdfast;
          const store = createStore({ name: 'app', storage: indexedDb(), keys: { bytes: key<Uint8Array | null>(null) } });
          await store.keys.bytes.ready;
          const bytes = store.keys.bytes.get();
          await store.close();
          return { first: bytes?.[0] ?? 0, last: bytes?.at(-1) ?? 0, told: localStorage.getItem('told') };
        });
        // Old or new, never half of each.
        expect(found.first).toBe(found.last);
        if (found.first === round) kept++;
        if (found.told === `${round} true`) told++;
      }
      await annotate(`${engine.name}: ${kept} of ${count} kept, ${told} of ${count} shown as not persistent at that moment`);
      expect(told).toBe(count);
    },
    hours,
  );
});
