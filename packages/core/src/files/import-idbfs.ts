import { storageError } from '../errors.ts';
import type { EmscriptenFS } from './emscripten.ts';
import { type TreeEntry, writeTree } from './file-tree.ts';

const STORE = 'FILE_DATA';

interface IdbfsRecord {
  readonly timestamp: Date;
  readonly mode: number;
  readonly contents?: Uint8Array;
  readonly link?: string;
}

/**
 * Copies what IDBFS has stored into a directory of the guest: `from` is the mount point that it had, which is the name of its
 * database. Resolves to the number of files, links and directories, 0 where there is no such database. The database is kept: delete
 * it when you need it no more. Can be repeated.
 * @throws {StoreError} (rejects)
 */
export async function importIdbfs(
  FS: EmscriptenFS,
  from: string,
  directory: string = from,
  factory: IDBFactory = indexedDB,
): Promise<number> {
  try {
    const entries = await readIdbfs(from, factory);
    writeTree(FS, directory, entries);
    return entries.length;
  } catch (error) {
    throw storageError(error, `import the files of "${from}"`);
  }
}

async function readIdbfs(from: string, factory: IDBFactory): Promise<TreeEntry[]> {
  // WebKit goes on listing a database whose first upgrade was aborted: what does not exist is not even tried.
  const known = await factory.databases?.();
  if (known && !known.some(({ name }) => name === from)) return [];
  // Without a version, because there are two of them.
  const opening = factory.open(from);
  opening.onupgradeneeded = () => opening.transaction?.abort();
  const database = await done(opening).catch((error) => {
    // There was none: the engine cannot list them, or it has gone since.
    if (error?.name === 'AbortError') return undefined;
    throw error;
  });
  if (!database) return [];
  try {
    if (!database.objectStoreNames.contains(STORE)) return [];
    const store = database.transaction(STORE).objectStore(STORE);
    const [paths, records] = await Promise.all([done(store.getAllKeys()), done<IdbfsRecord[]>(store.getAll())]);
    return paths.map((path, index): TreeEntry => {
      const { timestamp, mode, contents, link } = records[index] as IdbfsRecord;
      return {
        path: String(path).slice(from.length + 1),
        mode: mode & 0o7777,
        mtimeMs: timestamp.getTime(),
        ...(link === undefined ? {} : { target: link }),
        ...(contents ? { bytes: contents.slice() } : {}),
      };
    });
  } finally {
    database.close();
  }
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
