import type { KeySubject } from '../groups/key-subject.ts';

export function open(name: string): KeySubject {
  const get = (key: number): unknown => JSON.parse(localStorage.getItem(`${name}:${key}`) ?? '0');
  return {
    get,
    reads(times) {
      let sum = 0;
      for (let i = 0; i < times; i++) sum += get(i & 3) as number;
      return sum;
    },
    // Only other tabs are told, by the browser.
    followsTabs: true,
    subscribe(listener) {
      const heard = (event: StorageEvent): void => {
        if (event.key?.startsWith(`${name}:`)) listener();
      };
      window.addEventListener('storage', heard);
      return () => window.removeEventListener('storage', heard);
    },
    set: (key, value) => localStorage.setItem(`${name}:${key}`, JSON.stringify(value)),
    durable: async () => {},
    close() {},
  };
}
