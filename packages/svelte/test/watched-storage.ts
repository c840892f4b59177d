/** A storage whose calls are counted and which can be full. A stand-in, because the methods of a DOM in Node cannot be spied on. */
export function watchedStorage(storage: Storage): { storage: Storage; reads(): number; writes(): number; fill(): void } {
  let reads = 0;
  let writes = 0;
  let isFull = false;
  return {
    reads: () => reads,
    writes: () => writes,
    fill() {
      isFull = true;
    },
    storage: {
      get length() {
        return storage.length;
      },
      key: (index) => storage.key(index),
      getItem(key) {
        reads++;
        return storage.getItem(key);
      },
      setItem(key, value) {
        writes++;
        if (isFull) throw new DOMException('', 'QuotaExceededError');
        storage.setItem(key, value);
      },
      removeItem: (key) => storage.removeItem(key),
      clear: () => storage.clear(),
    },
  };
}
