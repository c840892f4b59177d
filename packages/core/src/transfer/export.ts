import { storageError } from '../errors.ts';
import { decodePath, encodePath } from '../key-path.ts';
import type { Stored } from '../record.ts';
import type { Contents, TransferOptions } from './contents.ts';
import { type Line, toText } from './lines.ts';

/** Where others than keys of the app lie. A key may have a name in parentheses of its own. */
const OURS = /^\((?:accounts|collections|files|guest|kv|log|unreadable)\)$/;

/**
 * Everything a store holds, line by line. What is changed meanwhile may be in it or not. A key that cannot be read is told to `onError`
 * and left out: the rest is needed all the more.
 */
export function exportStore(contents: Contents, { onProgress, signal }: TransferOptions = {}): ReadableStream<Uint8Array> {
  const count = { keys: 0, documents: 0, blobs: 0 };
  const lines = linesOf(contents);
  const encoder = new TextEncoder();
  let written = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        signal?.throwIfAborted();
        const { done, value: line } = await lines.next();
        if (done) {
          controller.close();
          return;
        }
        if (line.type === 'key') count.keys++;
        else if (line.type === 'document') count.documents++;
        else if (line.type === 'blob') count.blobs++;
        controller.enqueue(encoder.encode(await toText(line)));
        if (++written % 1_000 === 0 || line.type === 'end') onProgress?.({ ...count });
      },
      async cancel() {
        await lines.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

async function* linesOf({ name, homes, collections }: Contents): AsyncGenerator<Line, undefined> {
  let lines = 1;
  yield { type: 'store', format: 1, name };
  for (const { driver, format, onError } of homes) {
    for await (const entries of driver.list({ prefix: encodePath([name]) })) {
      for (const { key, value } of entries) {
        const [, ...path] = decodePath(key);
        if (path.length === 0 || OURS.test(path[0] as string)) continue;
        let stored: Stored;
        try {
          stored = format.unpack(value);
        } catch (error) {
          onError(
            storageError(error, 'export what is stored'),
            path[1] === undefined ? (path[0] as string) : `${path[0]}(${path.slice(1)})`,
          );
          continue;
        }
        lines++;
        yield { type: 'key', path, ...stored };
      }
    }
  }
  for (const [collection, { ready, stored, blobs }] of collections) {
    await ready();
    for (const [blob, value] of blobs.all()) {
      lines++;
      yield { type: 'blob', collection, name: blob, value };
    }
    for (const { document, version } of [...stored()]) {
      lines++;
      yield { type: 'document', collection, version, value: document };
    }
  }
  yield { type: 'end', lines };
  return undefined;
}
