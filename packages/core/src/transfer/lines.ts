import { rich } from '../codecs/rich.ts';
import { StoreError } from '../errors.ts';
import { parseJson } from '../parse-json.ts';

/** One line of an export: JSON. What JSON does not carry is written as by the rich codec, Blobs as base64. */
export type Line =
  | { readonly type: 'store'; readonly format: 1; readonly name: string }
  | {
      readonly type: 'key';
      readonly path: readonly string[];
      readonly version: number;
      readonly expiresAtMs?: number | undefined;
      readonly value: unknown;
    }
  | { readonly type: 'blob'; readonly collection: string; readonly name: string; readonly value: unknown }
  | { readonly type: 'document'; readonly collection: string; readonly version: number; readonly value: unknown }
  /** The last one: without it the export was cut off. */
  | { readonly type: 'end'; readonly lines: number };

/** @throws {StoreError} `UNSUPPORTED_VALUE` */
export async function toText(line: Line): Promise<string> {
  if (!('value' in line)) return `${JSON.stringify(line)}\n`;
  const { value, ...rest } = line;
  return `${JSON.stringify({ ...rest, ...(await rich.encode(value)) })}\n`;
}

/** @throws {StoreError} `CORRUPT` */
export function fromText(text: string, number: number): Line {
  try {
    const parsed = parseJson(text) as Line & { json?: unknown; meta?: unknown };
    const { json, meta, ...line } = parsed;
    return 'json' in parsed ? ({ ...line, value: rich.decode({ json, meta }) } as Line) : line;
  } catch {
    throw new StoreError('CORRUPT', `Cannot read line ${number} of the export`);
  }
}

/** The lines of a stream of UTF-8 text, without their ends. */
export async function* splitLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = '';
  for await (const text of readAll(stream.pipeThrough(new TextDecoderStream() as never))) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() as string;
    yield* lines;
  }
  if (rest) yield rest;
}

// Not every engine iterates streams.
async function* readAll(stream: ReadableStream<string>): AsyncGenerator<string> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
