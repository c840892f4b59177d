import type { DocumentChange } from '../collections/change.ts';
import { StoreError } from '../errors.ts';
import { encodePath } from '../key-path.ts';
import type { Key } from '../keys/key.ts';
import { isNewer } from '../keys/reading.ts';
import { packSet } from '../record.ts';
import type { Contents, TransferOptions, TransferProgress } from './contents.ts';
import { fromText, type Line, splitLines } from './lines.ts';

/** So many documents are written at once. */
const BATCH = 1_000;

/**
 * Takes in what a store has exported: keys and documents of the same name are replaced, others stay.
 * @throws {StoreError} `CORRUPT` where the stream is not an export, or was cut off; `NEWER_DATA`, `INVALID_ARGUMENT` for what this
 * store cannot hold. What was imported before stays.
 */
export async function importStore(
  contents: Contents,
  stream: ReadableStream<Uint8Array>,
  { onProgress, signal }: TransferOptions = {},
): Promise<TransferProgress> {
  const count = { keys: 0, documents: 0, blobs: 0 };
  const pending = new Map<string, DocumentChange[]>();
  let lines = 0;

  async function write(collection: string): Promise<void> {
    const changes = pending.get(collection) ?? [];
    pending.delete(collection);
    if (changes.length === 0) return;
    await collectionOf(contents, collection).participant.write(changes).promise;
    onProgress?.({ ...count });
  }

  async function take(line: Line): Promise<void> {
    switch (line.type) {
      case 'store':
        if (line.format !== 1) throw new StoreError('NEWER_DATA', 'Cannot import what a newer version has exported');
        return;
      case 'key':
        count.keys++;
        return writeKey(contents, line);
      case 'blob':
        count.blobs++;
        collectionOf(contents, line.collection).blobs.add(line.name, line.value as Blob);
        return;
      case 'document': {
        count.documents++;
        const { ready, adopt } = collectionOf(contents, line.collection);
        await ready();
        const changes = pending.get(line.collection) ?? [];
        pending.set(line.collection, changes);
        changes.push(adopt({ document: line.value as object, version: line.version }));
        if (changes.length === BATCH) await write(line.collection);
        return;
      }
      case 'end':
        if (line.lines !== lines - 1) throw new StoreError('CORRUPT', 'Cannot import all of it: some lines are missing');
        return;
      default:
        throw new StoreError('CORRUPT', `Cannot import line ${lines}: it is not one of an export`);
    }
  }

  let last: Line | undefined;
  for await (const text of splitLines(stream)) {
    signal?.throwIfAborted();
    lines++;
    last = fromText(text, lines);
    if (lines === 1 && last.type !== 'store') throw new StoreError('CORRUPT', 'Cannot import this: it is not an export of a store');
    await take(last);
  }
  for (const collection of [...pending.keys()]) await write(collection);
  if (last?.type !== 'end') throw new StoreError('CORRUPT', 'Cannot import all of it: the export is cut off');
  onProgress?.({ ...count });
  return count;
}

function collectionOf({ name, collections }: Contents, collection: string) {
  const found = collections.get(collection);
  if (!found) throw new StoreError('INVALID_ARGUMENT', `Cannot import the collection "${collection}": "${name}" does not declare it`);
  return found;
}

async function writeKey(contents: Contents, { path, value, version, expiresAtMs }: Extract<Line, { type: 'key' }>): Promise<void> {
  const key = encodePath([contents.name, ...path]);
  const declared = declarationOf(contents, path);
  // Where it is declared to live, used or not; else where it is in use.
  const home = declared ? contents.homeOf(declared) : (contents.homes.find(({ cells }) => cells.has(key)) ?? contents.homes[0]);
  if (!home) throw new StoreError('INVALID_ARGUMENT', `Cannot import the key "${path[0]}": the store has no keys`);
  if (declared && isNewer((await home.driver.get(key))?.value, declared, home.format))
    throw new StoreError('NEWER_DATA', `Cannot import the key "${path[0]}": a newer build has stored it. Reload the page`);
  await home.commit([await packSet(home.format, key, { value, version, expiresAtMs })]);
  await home.cells.get(key)?.reread();
}

function declarationOf({ keys }: Contents, [name = '', argument = '']: readonly string[]): Key<unknown> | undefined {
  const declared = Object.hasOwn(keys, name) ? keys[name] : undefined;
  return declared?.kind === 'family' ? declared.make(argument) : declared;
}
