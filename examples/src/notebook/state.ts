import { collection, createStore, indexedDb } from '@holdfast/core';

export interface Cell {
  place: number;
  code: string;
  printed: string;
  failed: boolean;
  /** How often it was run. */
  runs: number;
}

export const samples: readonly string[] = [
  `# Files: closed is stored. The list beside knows it.
from pathlib import Path
Path('/data/hello.txt').write_text('written by Python\\n')
with open('/data/log.csv', 'a') as log:
    log.write('one more line\\n')
print(len(Path('/data/log.csv').read_text().splitlines()), 'lines in log.csv')`,
  `# A real SQLite database, in a file.
import sqlite3
db = sqlite3.connect('/data/notes.db')
db.execute('create table if not exists runs(at text)')
db.execute("insert into runs values (datetime('now'))")
db.commit()
print(db.execute('select count(*) from runs').fetchone()[0], 'rows')
db.close()`,
  `# Variables survive too: what pickle can hold.
try:
    runs += 1
except NameError:
    runs = 1
print('run', runs)`,
];

/** The cells and what they have printed. The files are a volume of their own: see `python.ts`. */
export const store = createStore({
  name: 'holdfast-notebook',
  storage: indexedDb(),
  collections: { cells: collection<Cell>() },
});

export function addCell(code: string, place: number): Promise<string> {
  return store.collections.cells.insert({ place, code, printed: '', failed: false, runs: 0 });
}
