import { createStore, getMany, set } from 'idb-keyval';
import type { KeySubject } from '../groups/key-subject.ts';

export async function open(name: string, count: number): Promise<KeySubject> {
  const store = createStore(name, 'values');
  const values: unknown[] = await getMany(
    Array.from({ length: count }, (_, key) => key),
    store,
  );
  let writing: Promise<void>[] = [];
  return {
    get: (key) => values[key],
    set(key, value) {
      values[key] = value;
      const written = set(key, value, store);
      writing.push(written);
      return written;
    },
    durable() {
      const all = writing;
      writing = [];
      return Promise.all(all);
    },
    close() {},
  };
}
