import { randomUUID } from 'node:crypto';
import { watch } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Check, Commit, Driver, Entry, Operation } from '../driver.ts';
import { StoreError } from '../errors.ts';
import { fileLock } from './file-lock.ts';
import { type Durability, fileError, isMissing, replaceFile } from './replace-file.ts';

interface Waiting {
  readonly operations: readonly Operation[];
  readonly checks: readonly Check[];
  resolve(done: Commit | undefined): void;
  reject(error: StoreError): void;
}

interface Content {
  readonly texts: ReadonlyMap<string, string>;
  /** Which replacement of the file it was read from. */
  readonly stamp: string;
}

const NOTHING: Content = { texts: new Map(), stamp: '' };

/**
 * Entries in one JSON file, an object of texts. Everything that is written while it is being replaced goes into the next
 * replacement, which is flushed to the disk; a lock beside it keeps processes of one machine apart. The whole file is in memory:
 * for some megabytes. The version of an entry is its text.
 */
export function file(path: string, options: Durability = {}): Driver {
  const lock = fileLock(`${path}.lock`);
  const isTemporary = (name: string): boolean => name.startsWith(`${basename(path)}.new-`);
  let content: Content = NOTHING;
  let waiting: Waiting[] = [];
  let isWriting = false;
  let isSwept = false;

  async function using<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw fileError(error, 'use the file');
    }
  }

  async function stampOf(): Promise<string> {
    const found = await stat(path, { bigint: true }).catch((error) => {
      if (!isMissing(error)) throw error;
    });
    return found ? `${found.ino} ${found.size} ${found.mtimeNs}` : '';
  }

  /** What the file holds now. Read again only when somebody has replaced it. */
  async function load(): Promise<ReadonlyMap<string, string>> {
    const stamp = await stampOf();
    if (stamp !== content.stamp) content = stamp === '' ? NOTHING : { texts: parse(await readFile(path, 'utf8')), stamp };
    return content.texts;
  }

  /** @throws {StoreError} `CORRUPT`: then the file stays as it is, and nothing is written */
  function parse(text: string): Map<string, string> {
    try {
      const texts = new Map(Object.entries(JSON.parse(text) as Record<string, string>));
      if ([...texts.values()].every((value) => typeof value === 'string')) return texts;
    } catch {} // without the cause: it would quote what is stored
    throw new StoreError('CORRUPT', 'Cannot read the file: it is no JSON object of texts');
  }

  async function sweep(): Promise<void> {
    if (isSwept) return;
    isSwept = true;
    // Under the lock nobody else is writing one.
    for (const name of (await readdir(dirname(path))).filter(isTemporary)) await rm(join(dirname(path), name), { force: true });
  }

  /** One replacement for all that waits. */
  async function replace(): Promise<void> {
    const round: { commit: Waiting; done: Commit | undefined }[] = [];
    const taken = waiting;
    waiting = [];
    try {
      await lock(async (assertHeld) => {
        await sweep();
        const texts = new Map(await load());
        for (const commit of taken) {
          const isCurrent = commit.checks.every(({ key, version }) => texts.get(key) === version);
          round.push({ commit, done: isCurrent ? {} : undefined });
          if (!isCurrent) continue;
          for (const operation of commit.operations) {
            if (operation.type === 'set') texts.set(operation.key, operation.value);
            else texts.delete(operation.key);
          }
        }
        if (!round.some(({ done }) => done)) return;
        const lines = Array.from(texts, ([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
        const temporary = `${path}.new-${randomUUID()}`;
        await replaceFile(path, temporary, `{\n${lines.join(',\n')}\n}\n`, { ...options, beforeRename: assertHeld });
        content = { texts, stamp: await stampOf() };
      });
    } catch (error) {
      for (const { reject } of taken) reject(fileError(error, 'write the file'));
      return;
    }
    for (const { commit, done } of round) commit.resolve(done);
  }

  async function drain(): Promise<void> {
    if (isWriting) return;
    isWriting = true;
    while (waiting.length > 0) await replace();
    isWriting = false;
  }

  function commit(operations: readonly Operation[], checks: readonly Check[] = []): Promise<Commit | undefined> {
    return new Promise((resolve, reject) => {
      waiting.push({ operations, checks, resolve, reject });
      void drain();
    });
  }

  return {
    name: 'file',
    holds: 'text',
    commit: (operations, { checks } = {}) => commit(operations, checks),
    get: (key) =>
      using(async () => {
        const value = (await load()).get(key);
        return value === undefined ? undefined : { key, value, version: value };
      }),
    async *list({ prefix, after = '', limit = Number.POSITIVE_INFINITY }) {
      const found = [...(await using(load))].filter(([key]) => key.startsWith(prefix) && key > after);
      const entries = found.map(([key, value]): Entry => ({ key, value, version: value }));
      yield entries.sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, limit);
    },
    async set(key, value) {
      await commit([{ type: 'set', key, value }]);
    },
    async delete(key) {
      await commit([{ type: 'delete', key }]);
    },
    watch: (listener) =>
      using(async () => {
        // The folder: a watch of the file would end with the first replacement.
        const watcher = watch(dirname(path), { persistent: false }, (_, name) => {
          if (name === null || name === basename(path)) listener({ type: 'reset' });
        });
        watcher.on('error', () => listener({ type: 'reset' }));
        return () => watcher.close();
      }),
  };
}
