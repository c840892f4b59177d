import type { Driver, History } from '../driver.ts';
import { check, type DriverLaw, law } from './driver-law.ts';

const hasLog = (driver: Driver<unknown>): boolean => Boolean(driver.changes);

const append = (driver: Driver<unknown>, value: string, key = 'log') => driver.commit?.([{ type: 'append', key, value }]);

async function history(driver: Driver<unknown>, after?: number): Promise<History<unknown>> {
  const found = await driver.changes?.(after);
  check(found, 'gave no history');
  return found;
}

const textOf = ({ batches }: History<unknown>): string => batches.map(({ key, value }) => `${key}:${value}`).join();

/** The laws of the log, for the drivers that have `changes`. */
export const logLaws: readonly DriverLaw[] = [
  law(
    'append adds to the log, in the order of commits, and leaves the entries alone',
    async ({ driver, other = driver }) => {
      const { head } = await history(driver);
      await append(driver, '1');
      await driver.set('key', 'value');
      const second = await other.commit?.([
        { type: 'set', key: 'a', value: 'value' },
        { type: 'append', key: 'log', value: '2' },
        { type: 'append', key: 'other', value: '3' },
      ]);
      const found = await history(driver, head);
      check(textOf(found) === 'log:1,log:2,other:3', `gave ${textOf(found)}`);
      check(found.batches[0]?.sequence === head + 1 && found.batches[2]?.sequence === second?.sequence, 'gave other sequences');
      check([...(found.keys ?? [])].sort().join() === 'a,key,log,other', `gave the keys ${found.keys}`);
      check(!(await driver.get('log')), 'there is an entry');
      check(textOf(await history(other, head + 1)) === 'log:2,other:3', 'gave what came before');
    },
    hasLog,
  ),
  law(
    'what was appended stays until it is trimmed, however much is written after it',
    async ({ driver }) => {
      const { head } = await history(driver);
      await append(driver, 'kept');
      for (let turn = 0; turn < 700; turn++) await driver.set('key', `${turn}`);
      check(textOf(await history(driver, head)) === 'log:kept', 'forgot it');
    },
    hasLog,
  ),
  law(
    'trim forgets what was appended under a key up to a sequence, and nothing else',
    async ({ driver, other = driver }) => {
      const { head } = await history(driver);
      await append(driver, '1');
      await append(other, 'kept', 'other');
      await append(other, '2');
      await append(driver, '3');
      await driver.commit?.([
        { type: 'set', key: 'checkpoint', value: 'value' },
        { type: 'trim', key: 'log', sequence: head + 3 },
      ]);
      check(textOf(await history(other, head)) === 'other:kept,log:3', `gave ${textOf(await history(other, head))}`);
      check((await history(driver)).head === head + 5, 'the head is another one');
      for (let turn = 0; turn < 700; turn++) await driver.set('key', `${turn}`);
      check(textOf(await history(driver, head)) === 'other:kept,log:3', 'forgot more of it later');
    },
    hasLog,
  ),
  law(
    'commit on untouched keys takes place only if nobody has committed under one of them since',
    async ({ driver, other = driver }) => {
      const set = (after: number, keys = ['key']) =>
        driver.commit?.([{ type: 'set', key: 'key', value: 'mine' }], { untouched: { keys, after } });
      const add = (after: number) =>
        driver.commit?.([{ type: 'append', key: 'log', value: 'mine' }], { untouched: { keys: ['log'], after } });
      const { head } = await history(driver);
      await other.set('another', 'value');
      check(await set(head), 'refused because of another key');
      await other.set('key', 'theirs');
      check(!(await set(head + 2)), 'overlooked a set');
      check((await driver.get('key'))?.value === 'theirs', 'wrote all the same');
      check(await set(head + 3), 'refused what nobody else has touched');
      await other.delete('key');
      check(!(await set(head + 4)), 'overlooked a deletion');
      check(!(await set(head + 3, ['nobody', 'key'])), 'overlooked the second key');
      await append(other, 'theirs');
      check(!(await add(head + 5)), 'overlooked what was appended');
      check(await add(head + 6), 'refused to append');
      check(!(await set(head + 100)), 'believed in the future');
      check(textOf(await history(driver, head)) === 'log:theirs,log:mine', 'appended all the same');
    },
    hasLog,
  ),
  law(
    'of concurrent commits on one untouched key exactly one takes place',
    async ({ driver, other = driver }) => {
      const { head: after } = await history(driver);
      const drivers = Array.from({ length: 20 }, (_, index) => (index % 2 ? driver : other));
      const done = await Promise.all(
        drivers.map((each) => each.commit?.([{ type: 'append', key: 'log', value: 'once' }], { untouched: { keys: ['log'], after } })),
      );
      check(done.filter(Boolean).length === 1, `${done.filter(Boolean).length} took place`);
      check((await history(driver, after)).batches.length === 1, 'several were appended');
    },
    hasLog,
  ),
];
