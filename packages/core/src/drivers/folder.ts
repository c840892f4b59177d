import { createHash, randomUUID } from 'node:crypto';
import { watch } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Driver, Entry } from '../driver.ts';
import { queue } from '../queue.ts';
import { keyOfSafeName, safeName } from '../safe-name.ts';
import { type Durability, fileError, isMissing, replaceFile, syncFolder } from './replace-file.ts';

// Names begin with what they are, so that no key is `.`, `con` or a hidden file: `k` and the key; `h` and the hash of a key that is
// too long for a name, which then stands in the first line of the file; `t` what is being written.
const LONGEST_NAME = 200;
const STALE_MS = 60_000;
const BATCH = 100;

/**
 * Entries as files in a folder, which is made if it is not there: one file a key, replaced as a whole. Names of files say which
 * key they are, also where letter case does not count. No batches, no comparing: for that take `file` or `sqlite`.
 */
export function folder(path: string, options: Durability = {}): Driver {
  const inTurn = queue();
  let made: Promise<void> | undefined;

  async function using<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw fileError(error, 'use the folder');
    }
  }

  function nameOf(key: string): string {
    const name = `k${safeName(key)}`;
    return name.length <= LONGEST_NAME ? name : `h${createHash('sha256').update(key).digest('hex')}`;
  }

  async function read(name: string): Promise<Entry | undefined> {
    const text = await readFile(join(path, name), 'utf8').catch((error) => {
      if (!isMissing(error)) throw error;
    });
    if (text === undefined) return undefined;
    if (name.startsWith('k')) return { key: keyOfSafeName(name.slice(1)) as string, value: text };
    const end = text.indexOf('\n');
    return { key: JSON.parse(text.slice(0, end)) as string, value: text.slice(end + 1) };
  }

  /** Makes the folder, and removes what a process that was killed left half written. */
  async function make(): Promise<void> {
    await mkdir(path, { recursive: true });
    for (const name of (await readdir(path)).filter((each) => each.startsWith('t-'))) {
      const found = await stat(join(path, name)).catch(() => undefined);
      if (found && Date.now() - found.mtimeMs > STALE_MS) await rm(join(path, name), { force: true });
    }
  }

  /** The names of entries; those of other files are no names of ours. */
  async function names(): Promise<string[]> {
    const all = await readdir(path).catch((error) => {
      if (isMissing(error)) return [];
      throw error;
    });
    return all.filter((name) => (name.startsWith('k') ? keyOfSafeName(name.slice(1)) !== undefined : /^h[0-9a-f]{64}$/.test(name)));
  }

  return {
    name: 'folder',
    holds: 'text',
    get: (key) => using(() => read(nameOf(key))),
    async *list({ prefix, after = '', limit = Number.POSITIVE_INFINITY }) {
      const found = await using(async () => {
        const all = await names();
        const keys = all.map(async (name) => (name.startsWith('k') ? keyOfSafeName(name.slice(1)) : (await read(name))?.key));
        return (await Promise.all(keys)).filter((key): key is string => key?.startsWith(prefix) === true && key > after).sort();
      });
      let left = limit;
      for (let start = 0; start < found.length && left > 0; start += BATCH) {
        const entries = await using(() => Promise.all(found.slice(start, start + BATCH).map((key) => read(nameOf(key)))));
        const batch = entries.filter((entry) => entry !== undefined).slice(0, left);
        left -= batch.length;
        if (batch.length > 0) yield batch;
      }
    },
    set: (key, value) =>
      using(() =>
        inTurn(key, async () => {
          made ??= make();
          await made.catch((error) => {
            made = undefined;
            throw error;
          });
          const name = nameOf(key);
          const text = name.startsWith('k') ? value : `${JSON.stringify(key)}\n${value}`;
          await replaceFile(join(path, name), join(path, `t-${randomUUID()}`), text, options);
        }),
      ),
    delete: (key) =>
      using(() =>
        inTurn(key, async () => {
          await rm(join(path, nameOf(key)), { force: true });
          if (options.durability !== 'relaxed') await syncFolder(path);
        }),
      ),
    async watch(listener) {
      return using(async () => {
        await mkdir(path, { recursive: true });
        const watcher = watch(path, { persistent: false }, (_, name) => {
          // Whose a hash is, only the file could say, and that may be gone.
          if (name === null || name.startsWith('h')) listener({ type: 'reset' });
          const key = name?.startsWith('k') ? keyOfSafeName(name.slice(1)) : undefined;
          if (key !== undefined) listener({ type: 'change', keys: [key] });
        });
        watcher.on('error', () => listener({ type: 'reset' }));
        return () => watcher.close();
      });
    },
  };
}
