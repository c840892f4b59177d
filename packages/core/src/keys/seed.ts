import type { StorageDriver } from '../driver.ts';
import { formatOf } from '../home/home.ts';
import type { Key } from './key.ts';
import { type Reading, readEntry } from './reading.ts';

/** What a key starts from where nothing is stored: read as the storage that it comes from lays it. One that cannot be read is none. */
export function orSeed<T>(reading: Reading<T>, seed: StorageDriver | undefined, key: Key<T>, path: string, nowMs: number): Reading<T> {
  if (reading.state !== 'absent' || !seed) return reading;
  try {
    const found = readEntry(seed.getSync?.(path), key, formatOf(seed), nowMs);
    // It is not ours to be migrated.
    if (found.state === 'ready') return { ...found, migrated: false };
  } catch {} // denied
  return reading;
}
