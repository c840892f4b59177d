import type { KeySubject } from '../groups/key-subject.ts';

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** The floor: one transaction for the sets of a turn, one read for all keys, and to other tabs a message after `complete`. */
export async function open(name: string, count: number): Promise<KeySubject> {
  const opening = indexedDB.open(name);
  opening.onupgradeneeded = () => opening.result.createObjectStore('values');
  const database = await result(opening);
  const stored = await result(database.transaction('values').objectStore('values').getAll());
  const values: unknown[] = Array.from({ length: count }, (_, key) => stored[key] ?? 0);
  const channel = new BroadcastChannel(name);
  let listener = (): void => {};
  channel.onmessage = async () => {
    values[0] = await result(database.transaction('values').objectStore('values').get(0));
    listener();
  };

  let written: Promise<void> | undefined;
  let store: IDBObjectStore | undefined;

  function begin(): IDBObjectStore {
    const transaction = database.transaction('values', 'readwrite', { durability: 'relaxed' });
    written = new Promise((resolve, reject) => {
      transaction.oncomplete = () => {
        channel.postMessage(0);
        resolve();
      };
      transaction.onabort = () => reject(transaction.error);
    });
    queueMicrotask(() => {
      store = undefined;
      transaction.commit();
    });
    return transaction.objectStore('values');
  }

  return {
    followsTabs: true,
    get: (key) => values[key],
    set(key, value) {
      values[key] = value;
      store ??= begin();
      store.put(value, key);
      return written;
    },
    durable: async () => written,
    subscribe(next) {
      listener = next;
      return () => {
        listener = () => {};
      };
    },
    close() {
      channel.close();
      database.close();
    },
  };
}
