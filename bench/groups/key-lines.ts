import type { ColdLine, Line } from '../src/group.ts';
import type { KeySubject } from './key-subject.ts';

function note(index: number, revision: number): unknown {
  return { id: `note-${index}`, title: `The title of note ${index}`, done: false, revision, tags: ['home', 'later'] };
}

function notes(count: number, revision: number): readonly unknown[] {
  return Array.from({ length: count }, (_, index) => note(index, revision));
}

const BURST = 1000;
// Taken in turns, so that every set is a change.
const REVISIONS = [notes(BURST, 1), notes(BURST, 2)] as const;

/** Storage is quiet, and the tasks that a block has queued have run. */
async function settle(subject: KeySubject): Promise<void> {
  await subject.durable?.();
  await new Promise((resolve) => setTimeout(resolve));
}

function cold(count: number): ColdLine<KeySubject> {
  return {
    id: `cold-${count}`,
    kind: 'cold',
    title: `new page: ${count === 1 ? '1 stored key' : `${count} stored keys`} until all are known`,
    count,
    async fill({ set, get, durable }) {
      if (!set || !get || !durable) return false;
      for (const [index, value] of notes(count, 0).entries()) set(index, value);
      await durable();
      return true;
    },
    read: ({ get }, count) => Array.from({ length: count }, (_, index) => get?.(index)),
    expected: (count) => notes(count, 0),
  };
}

export const keyLines: readonly Line<KeySubject>[] = [
  {
    id: 'read',
    kind: 'paired',
    title: 'read a value that has a subscriber',
    count: 4,
    fillMs: 8,
    settle,
    block({ reads, subscribe }) {
      subscribe?.(() => {});
      return reads;
    },
  },
  {
    id: 'set',
    kind: 'paired',
    title: 'set a value, its subscriber is told',
    count: 1,
    fillMs: 8,
    settle,
    block({ sets, subscribe }) {
      if (!sets || !subscribe) return;
      let heard = 0;
      subscribe(() => {
        heard++;
      });
      return (times) => {
        heard = 0;
        sets(times);
        if (heard < times) throw new Error(`the subscriber heard of ${heard} changes of ${times}`);
      };
    },
  },
  {
    id: 'burst',
    kind: 'paired',
    title: `${BURST} sets of one key in a turn, until stored`,
    count: 1,
    fillMs: 40,
    settle,
    block({ set, durable }) {
      if (!set || !durable) return;
      let value = 0;
      return async (times) => {
        for (let done = 0; done < times; done++) {
          for (let index = 0; index < BURST; index++) set(0, ++value);
          await durable();
        }
      };
    },
  },
  {
    id: 'spread',
    kind: 'paired',
    title: `${BURST} sets of ${BURST} keys in a turn, until stored`,
    count: BURST,
    fillMs: 40,
    settle,
    block({ set, durable }) {
      if (!set || !durable) return;
      let turn = 0;
      return async (times) => {
        for (let done = 0; done < times; done++) {
          const values = REVISIONS[turn++ % 2] as readonly unknown[];
          for (let index = 0; index < BURST; index++) set(index, values[index]);
          await durable();
        }
      };
    },
  },
  {
    id: 'save',
    kind: 'paired',
    title: 'one set, awaited until stored',
    count: 1,
    fillMs: 40,
    settle,
    block({ set, durable }) {
      if (!set || !durable) return;
      let turn = 0;
      return async (times) => {
        for (let done = 0; done < times; done++) await set(0, REVISIONS[turn++ % 2]?.[0]);
      };
    },
  },
  cold(1),
  cold(100),
  cold(1000),
  {
    id: 'tabs',
    kind: 'tabs',
    title: 'set in one tab, a subscriber in another has it (p50)',
    count: 1,
    send: ({ set }, value) => set?.(0, value),
    watch({ subscribe, get, followsTabs }, listener) {
      return followsTabs && subscribe?.(() => listener(get?.(0)));
    },
  },
  { id: 'bytes', kind: 'bytes', title: 'bytes in a bundle, min+gzip' },
];
