import { expect, test } from 'vitest';
import type { StorageDriver } from '../src/driver.ts';

/** A place whose first write takes longest, as with files and connections: `write` stores, or removes for `undefined`. */
export interface UnevenPlace {
  readonly entries: Map<string, unknown>;
  write(key: string, value: unknown): Promise<void>;
}

/** Where the backend does not keep the order of writes to one key, the driver does. */
export function keepsOrder(name: string, open: (place: UnevenPlace) => StorageDriver): void {
  test(`${name}: of several writes of one key the last stays, however long each takes`, async () => {
    const entries = new Map<string, unknown>();
    let longest = 60;
    const driver = open({
      entries,
      async write(key, value) {
        longest -= 20;
        await new Promise((resume) => setTimeout(resume, longest));
        if (value === undefined) entries.delete(key);
        else entries.set(key, value);
      },
    });
    await Promise.all([driver.set('key', '1'), driver.delete('key'), driver.set('key', '3')]);
    expect((await driver.get('key'))?.value).toBe('3');
  });
}
