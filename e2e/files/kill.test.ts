import type { BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, rounds } from '../harness/engines.ts';
import { createProfile, type Profile } from '../harness/profile.ts';
import { openTab, useSite } from '../harness/suite.ts';

const site = useSite();
const hours = 3_600_000;
const FILES = 100;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

describe.runIf(process.platform === 'linux').each(engines)('$name', (engine) => {
  let profile: Profile;
  let context: BrowserContext;
  let tab: Page;
  let acked = 0;
  beforeAll(async () => {
    profile = createProfile(engine);
    context = await profile.start();
  });
  afterAll(async () => {
    await profile.kill();
    profile.remove();
  });

  // Firefox hands a transaction to its other process a moment after it was issued: 200 ms are enough on a machine that is not busy.
  const untilIssuedMs = engine.name === 'firefox' ? 3_000 : 0;

  /** Runs what never ends, until the page has said `until`. */
  async function runUntil<T>(until: number, work: (argument: T) => unknown, argument: T): Promise<void> {
    acked = 0;
    site().onAck = (n) => {
      acked = n;
    };
    tab = await openTab(context, site().guest);
    tab.evaluate(work as never, argument).catch(() => {}); // the page is gone
    await expect.poll(() => acked, { timeout: 60_000, interval: 1 }).toBeGreaterThanOrEqual(until);
  }

  async function killTab(): Promise<Page> {
    profile.killTab();
    // A stock Firefox ends with the tab that its driver talked to: it has a moment for what it has received.
    if (engine.name === 'firefox') {
      await pause(3_000);
      return killBrowser();
    }
    await tab.close();
    return openTab(context, site().guest);
  }

  async function killBrowser(): Promise<Page> {
    await profile.kill();
    context = await profile.start();
    return openTab(context, site().guest);
  }

  const writeFiles = async ([count, round]: [number, number]): Promise<void> => {
    const { python } = await guest.startSmall();
    python.registerJsModule('test', { ack: guest.ack });
    python.runPython(`
import test
for i in range(${count}):
    with open('/data/f' + str(i), 'w') as f: f.write('${round} ' * 500)
test.ack(${count})
while True: pass
`);
  };

  /** How many of the files are there in this round's version, and whether these are the first ones. */
  const look = async ([count, round]: [number, number]): Promise<{ kept: number; isPrefix: boolean }> => {
    const { FS, files } = await guest.startSmall();
    const isKept = Array.from({ length: count }, (_, i) => {
      const path = `/data/f${i}`;
      return FS.analyzePath(path).exists && FS.readFile(path, { encoding: 'utf8' }) === `${round} `.repeat(500);
    });
    await files.close();
    const kept = isKept.filter(Boolean).length;
    return { kept, isPrefix: isKept.slice(0, kept).every(Boolean) };
  };

  test(
    'every file that a program which never yields has closed survives the death of its tab',
    async ({ annotate }) => {
      const found: number[] = [];
      for (let round = 1; round <= rounds(10, 2); round++) {
        await runUntil(FILES, writeFiles, [FILES, round]);
        await pause(untilIssuedMs);
        const next = await killTab();
        found.push((await next.evaluate(look, [FILES, round] as [number, number])).kept);
        await next.close();
      }
      await annotate(`${engine.name}: ${found.join(', ')} of ${FILES} files after the death of the tab`);
      expect(found).toEqual(found.map(() => FILES));
    },
    hours,
  );

  test(
    'of those that it has closed when the browser dies, the first ones survive, and all after a moment',
    async ({ annotate }) => {
      const found: string[] = [];
      for (let round = 101; round <= 100 + rounds(10, 1); round++) {
        const waitMs = round % 2 === 0 ? 0 : 2_000;
        await runUntil(FILES, writeFiles, [FILES, round]);
        await pause(waitMs);
        const next = await killBrowser();
        const { kept, isPrefix } = await next.evaluate(look, [FILES, round] as [number, number]);
        expect(isPrefix).toBe(true);
        if (waitMs > 0) expect(kept).toBe(FILES);
        found.push(`${kept} (${waitMs} ms)`);
        await next.close();
      }
      await annotate(`${engine.name}: ${found.join(', ')} of ${FILES} files after the death of the browser`);
    },
    hours,
  );

  const commitForEver = async (mode: string): Promise<void> => {
    const { python } = await guest.startPython();
    python.runPython(`
import sqlite3
from js import guest
db = sqlite3.connect('/data/${mode}.db')
db.execute('pragma journal_mode=${mode}')
db.execute('create table if not exists t(id integer primary key, a text, b text)')
last = db.execute('select coalesce(max(id), 0) from t').fetchone()[0]
while True:
    last += 1
    db.execute('insert into t values (?, ?, ?)', (last, f'row {last} ' * 100, f'row {last} ' * 100))
    db.execute('update t set a = b where id % 10 = ?', (last % 10,))
    db.commit()
    guest.ack(last)
`);
  };

  const check = async (mode: string): Promise<{ check: string; rows: number; torn: number }> => {
    const { python, files } = await guest.startPython();
    const found = python.runPython(`
import json, sqlite3
db = sqlite3.connect('/data/${mode}.db')
json.dumps({
    'check': db.execute('pragma integrity_check').fetchone()[0],
    'rows': db.execute('select max(id) from t').fetchone()[0],
    'torn': db.execute('select count(*) from t where a <> b').fetchone()[0],
})`);
    await files.close();
    return JSON.parse(found);
  };

  test.runIf(process.env.HARD).each(['delete', 'wal'])(
    'a database whose tab dies in a loop of commits is whole and has every one, in mode %s',
    async (mode) => {
      let last = 0;
      for (let round = 0; round < rounds(10, 1); round++) {
        await runUntil(last + 3, commitForEver, mode);
        await pause(Math.random() * 1_500);
        const before = acked;
        await pause(untilIssuedMs);
        const next = await killTab();
        const found = await next.evaluate(check, mode);
        expect(found).toMatchObject({ check: 'ok', torn: 0 });
        expect(found.rows).toBeGreaterThanOrEqual(before);
        last = found.rows;
        await next.close();
      }
      console.log(`${engine.name}: ${mode}: ${last} rows`);
    },
    hours,
  );

  test.runIf(process.env.HARD).each(['delete', 'wal'])(
    'a database whose browser dies in a loop of commits is whole, in mode %s',
    async (mode) => {
      let last = 0;
      for (let round = 0; round < rounds(5, 1); round++) {
        await runUntil(last + 3, commitForEver, mode);
        await pause(Math.random() * 1_500);
        const next = await killBrowser();
        const found = await next.evaluate(check, mode);
        expect(found).toMatchObject({ check: 'ok', torn: 0 });
        last = found.rows;
        await next.close();
      }
    },
    hours,
  );
});
