import { equal } from '../equal.ts';
import type { StoreError } from '../errors.ts';
import type { KeyStatus } from '../home/status.ts';
import type { Persisted } from '../keys/persisted.ts';
import { computed, type Observable, source } from '../observable.ts';
import { CONTENTS, type Store } from '../store-interface.ts';
import { type ErrorClass, errorClass } from './error-class.ts';

/** How a store is doing, over all keys and collections in use. */
export interface Health {
  /** `failing`: something is not stored, or cannot be read. `saving`: changes are on their way. */
  readonly state: 'well' | 'saving' | 'failing';
  /** Names of what has changes on their way: while there are any, a page that is closed may lose what is larger than 64 kB. */
  readonly pending: readonly string[];
  readonly failing: readonly Failing[];
}

/** A key or a collection that is not stored, or cannot be read. */
export interface Failing {
  /** Of the key or collection. */
  readonly name: string;
  readonly error: StoreError;
  readonly class: ErrorClass;
}

const WELL: Health = { state: 'well', pending: [], failing: [] };
/** A key of a family or a collection that is used for the first time is noticed after this long at the latest. */
const LOOK_MS = 1_000;

/** The health of a store, to be shown and watched. Reads what is in memory: to watch it costs storage nothing. */
export function health(store: Store): Observable<Health> {
  const contents = store[CONTENTS];
  const looks = source(0);
  let last = WELL;

  function look(): Health {
    const statuses = statusesOf(contents());
    const pending = statuses.filter(([, status]) => status.pending).map(([name]) => name);
    const failing = statuses.flatMap(([name, { error }]) => (error ? [{ name, error, class: errorClass(error) }] : []));
    const next: Health = { state: failing.length > 0 ? 'failing' : pending.length > 0 ? 'saving' : 'well', pending, failing };
    if (!equal(last, next)) last = next;
    return last;
  }

  const watched = computed(() => {
    looks.get();
    return look();
  });
  return {
    get: look,
    initial: () => WELL,
    subscribe(listener) {
      const { delay } = contents().ports;
      const again = (): (() => void) =>
        delay(() => {
          looks.set(looks.get() + 1);
          cancel = again();
        }, LOOK_MS);
      const stop = watched.subscribe(listener);
      let cancel = again();
      return () => {
        stop();
        cancel();
      };
    },
  };
}

function statusesOf({ homes, collections }: ReturnType<Store[typeof CONTENTS]>): (readonly [name: string, status: KeyStatus])[] {
  const keys = homes.flatMap(({ cells }) => [...cells.values()].filter((cell) => 'status' in cell)) as unknown as Persisted<unknown>[];
  return [...keys, ...Array.from(collections.values(), ({ collection }) => collection)].map(({ name, status }) => [name, status.get()]);
}
