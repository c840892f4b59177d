import type { BlobStorage } from '../driver.ts';
import { followed } from '../follow.ts';
import { type Database, type DatabaseOptions, database } from './database.ts';
import { tabJournal } from './tab-journal.ts';

export interface IndexedDbOptions extends DatabaseOptions {
  /** Name of the database. @default the name of the store */
  name?: string;
}

/** Entries in IndexedDB, Blobs and all: one database a store, one connection a database, shared by all stores of the page. What a page that ends could not write is noted, and written at the next start. */
export function indexedDb(options: IndexedDbOptions = {}): BlobStorage {
  function open(name: string): Database {
    const entries = database(name, options);
    return { ...entries, journal: tabJournal(name, entries.headUnless) };
  }

  return {
    ...open(options.name ?? 'holdfast'),
    named: (store, ports) => followed(open(options.name ?? store), store, ports),
  };
}
