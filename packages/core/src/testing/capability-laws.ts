import type { Driver, DriverChange } from '../driver.ts';
import { check, type DriverLaw, law, rejects, until } from './driver-law.ts';

async function headOf(driver: Driver<unknown>): Promise<{ head: number }> {
  const history = await driver.changes?.();
  check(history, 'gave no history');
  return history;
}

/** The laws of the optional methods, each for the drivers that have it. */
export const capabilityLaws: readonly DriverLaw[] = [
  law(
    'getSync reads what get reads',
    async ({ driver }) => {
      check(driver.getSync?.('key') === undefined, 'gave something for an absent key');
      await driver.set('key', 'value');
      check(driver.getSync?.('key') === 'value', 'gave something else');
    },
    (driver) => Boolean(driver.getSync),
  ),
  law(
    'commit writes and deletes together',
    async ({ driver }) => {
      await driver.set('old', 'old');
      const done = await driver.commit?.([
        { type: 'set', key: 'a', value: '1' },
        { type: 'delete', key: 'old' },
        { type: 'set', key: 'b', value: '2' },
      ]);
      check(done, 'did not take place');
      check(
        (await driver.get('a'))?.value === '1' && (await driver.get('b'))?.value === '2' && !(await driver.get('old')),
        'took place in part',
      );
    },
    (driver) => Boolean(driver.commit),
  ),
  law(
    'commit is all or nothing: one value that cannot be stored leaves all as it was',
    async ({ driver }) => {
      if (driver.holds !== 'clone') return;
      await driver.set('a', 'before');
      const failed = await rejects(async () =>
        driver.commit?.([
          { type: 'set', key: 'a', value: 'after' },
          { type: 'set', key: 'b', value: () => {} },
        ]),
      );
      check(failed, 'stored a function');
      check((await driver.get('a'))?.value === 'before' && !(await driver.get('b')), 'took place in part');
    },
    (driver) => Boolean(driver.commit),
  ),
  law(
    'commit writes nothing when a check fails, and says so',
    async ({ driver, other = driver }) => {
      check(
        await driver.commit?.([{ type: 'set', key: 'new', value: '1' }], { checks: [{ key: 'new' }] }),
        'refused to create what was absent',
      );
      check(!(await driver.commit?.([{ type: 'set', key: 'new', value: '2' }], { checks: [{ key: 'new' }] })), 'created what was there');
      const before = await driver.get('new');
      await other.set('new', '3');
      check(
        !(await driver.commit?.([{ type: 'set', key: 'new', value: '4' }], { checks: [{ key: 'new', version: before?.version }] })),
        'overlooked a write',
      );
      const now = await driver.get('new');
      check(now?.value === '3', 'wrote in spite of the check');
      check(
        await driver.commit?.([{ type: 'delete', key: 'new' }], { checks: [{ key: 'new', version: now.version }] }),
        'refused the right version',
      );
      check(!(await driver.get('new')), 'did not delete');
    },
    (driver) => Boolean(driver.commit),
  ),
  law(
    'of concurrent commits with one check exactly one takes place',
    async ({ driver, other = driver }) => {
      const drivers = Array.from({ length: 20 }, (_, index) => (index % 2 ? driver : other));
      const results = await Promise.all(
        drivers.map((each, index) => each.commit?.([{ type: 'set', key: 'once', value: `${index}` }], { checks: [{ key: 'once' }] })),
      );
      check(results.filter(Boolean).length === 1, `${results.filter(Boolean).length} took place`);
    },
    (driver) => Boolean(driver.commit),
  ),
  law(
    'sequences count all commits of all writers by one',
    async ({ driver, other = driver }) => {
      const commit = (each: Driver<unknown>, value: string) => each.commit?.([{ type: 'set', key: 'key', value }]);
      const first = (await commit(driver, '1'))?.sequence as number;
      const second = (await commit(other, '2'))?.sequence;
      await other.delete('key');
      const fourth = (await commit(driver, '4'))?.sequence;
      check(second === first + 1 && fourth === first + 3, `counted ${first}, ${second}, ${fourth}`);
      check((await headOf(other)).head === fourth, 'the head is another one');
    },
    (driver) => Boolean(driver.changes),
  ),
  law(
    'changes gives the keys that anyone wrote after a sequence, each once',
    async ({ driver, other = driver }) => {
      await driver.set('gone', '1');
      await driver.set('same', '1');
      const { head } = await headOf(driver);
      await other.set('new', '1');
      await other.set('new', '2');
      await other.delete('gone');
      const history = await driver.changes?.(head);
      check(history?.head === head + 3, `the head is ${history?.head}`);
      check([...(history.keys ?? [])].sort().join() === 'gone,new', `gave ${history.keys}`);
      check((await driver.changes?.(history.head))?.keys?.length === 0, 'gave keys where there are none');
    },
    (driver) => Boolean(driver.changes),
  ),
  law(
    'changes says when it cannot tell: of the future, and of too long ago',
    async ({ driver }) => {
      await driver.set('key', '1');
      const { head } = await headOf(driver);
      check((await driver.changes?.(head + 10))?.keys === undefined, 'told of the future');
      for (let turn = 0; turn < 700; turn++) await driver.set('key', `${turn}`);
      const history = await driver.changes?.(head);
      check(history?.keys === undefined || history.keys.length === 1, 'told half of it');
    },
    (driver) => Boolean(driver.changes),
  ),
  law(
    'watch tells of the changes of others, and stops',
    async ({ driver, other }) => {
      if (!other) return;
      const heard: DriverChange[] = [];
      const stop = (await driver.watch?.((change) => heard.push(change))) as () => void;
      await other.set('key', 'value');
      await until('never heard of the set', () => heard.some((change) => change.type === 'reset' || change.keys.includes('key')));
      heard.length = 0;
      await other.delete('key');
      await until('never heard of the deletion', () => heard.length > 0);
      stop();
      heard.length = 0;
      await other.set('key', 'again');
      await new Promise((resume) => setTimeout(resume, 100));
      check(heard.length === 0, 'heard after the end');
    },
    (driver) => Boolean(driver.watch),
  ),
  law(
    'close may be called twice, and a use after it rejects',
    async ({ driver }) => {
      await driver.set('key', 'value');
      await driver.close?.();
      await driver.close?.();
      check(await rejects(() => driver.get('key')), 'get after close worked');
      check(await rejects(() => driver.set('key', 'value')), 'set after close worked');
    },
    (driver) => Boolean(driver.close),
  ),
];
