import { equal } from '../equal.ts';
import type { Persisted, PersistedCell } from '../keys/persisted.ts';
import { validate } from '../schema.ts';
import { attempt, type Open, type Participant } from './attempt.ts';
import type { OpenCollection } from './documents.ts';
import type { Editor } from './editor.ts';

/** A key inside a transaction. */
export interface KeyEditor<T> {
  get(): T;
  /** @throws {StoreError} `INVALID_VALUE`, `UNSUPPORTED_VALUE`, `NEWER_DATA` */
  set(next: T | ((previous: T) => T)): void;
}

/** What is not there yet is waited for, and the work is begun again. */
const WAITS_FOR = Symbol('waits for');

export interface Editors {
  key<T>(key: PersistedCell<T>): KeyEditor<T>;
  collection<Doc>(collection: OpenCollection<Doc>): Editor<Doc>;
}

/** Does the work on keys and collections, all or nothing; again from the beginning whenever others come between. */
export async function transact<R>(work: (editors: Editors) => R): Promise<R> {
  const keys = new Map<Persisted<unknown>, Participant<KeyEditor<never>, never>>();
  for (;;) {
    try {
      return await attempt((open) => work(editorsOf(open, keys)), true);
    } catch (reason) {
      const awaited = (reason as { [WAITS_FOR]?: Promise<unknown> } | undefined)?.[WAITS_FOR];
      if (!awaited) throw reason;
      await awaited;
    }
  }
}

function editorsOf(open: Open, keys: Map<Persisted<unknown>, Participant<KeyEditor<never>, never>>): Editors {
  return {
    collection({ participant, isReady, ready }) {
      if (!isReady()) throw { [WAITS_FOR]: ready() };
      return open(participant);
    },
    key<T>(persisted: PersistedCell<T>) {
      if (persisted.status.get().state === 'loading') throw { [WAITS_FOR]: persisted.ready };
      const participant = keys.get(persisted as Persisted<unknown>) ?? (keyParticipant(persisted) as never);
      keys.set(persisted as Persisted<unknown>, participant);
      return open(participant) as unknown as KeyEditor<T>;
    },
  };
}

function keyParticipant<T>(persisted: PersistedCell<T>): Participant<KeyEditor<T>, T, Persisted<T>> {
  const { declared, home } = persisted;

  async function save(value: T): Promise<void> {
    const result = await persisted.set(() => value);
    if (!result.saved) throw result.error;
  }

  /** What it was before, and what it was set to. */
  let written: readonly [before: T, value: T] | undefined;

  function write(value: T): Promise<void> {
    written = [persisted.get(), value];
    return save(value);
  }

  return {
    home,
    newId: home.ports.randomId,
    draft() {
      let changes: T[] = [];
      const get = (): T => (changes.length > 0 ? (changes[0] as T) : persisted.get());
      return {
        get changes() {
          return changes;
        },
        editor: {
          get,
          set(next) {
            const { state, error } = persisted.status.get();
            if (state === 'read-only') throw error;
            const value = validate(declared, typeof next === 'function' ? (next as (previous: T) => T)(get()) : next);
            // What cannot be stored must be known before anything is shown.
            void home.format.pack({ value, version: declared.version });
            changes = [value];
          },
        },
      };
    },
    write: ([value]) => ({ item: persisted, promise: write(value as T) }),
    // The last one to write a key wins, as everywhere; `persisted.update` reads what is stored.
    isStale: () => false,
    revise(_, changes) {
      // Taken back, unless it has been set again since: what is done again must not build on itself.
      if (changes.length > 0) void write(changes[0] as T).catch(() => {});
      else if (written && equal(persisted.get(), written[1])) void save(written[0]).catch(() => {});
    },
    fail() {},
    // Not later than what is written together with it, though it may have a delay.
    written: home.writer.flush,
  };
}
