/** A page's storage as another tab uses it: this page hears of each change by an event. */
export function otherTab(storage: Storage): Storage {
  const tell = (key: string | null): void => {
    dispatchEvent(new StorageEvent('storage', { key, storageArea: storage }));
  };
  return {
    get length() {
      return storage.length;
    },
    key: (index) => storage.key(index),
    getItem: (key) => storage.getItem(key),
    setItem(key, value) {
      storage.setItem(key, value);
      tell(key);
    },
    removeItem(key) {
      storage.removeItem(key);
      tell(key);
    },
    clear() {
      storage.clear();
      tell(null);
    },
  };
}
