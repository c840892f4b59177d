import { fromBase64, toBase64 } from '../codecs/binary.ts';
import type { SharedStorage } from '../driver.ts';
import { StoreError } from '../errors.ts';
import { decodePath, encodePath } from '../key-path.ts';
import type { Guarded } from './guarded.ts';
import { chunksOf, type Limits, Refusal } from './limits.ts';
import { BLOBS, BYTES } from './reserved.ts';

// A Blob belongs to a key: who may read or write that may do so with it.

const PIECE_BYTES = 512 * 1_024;
/** What was received, and is not referred to: its commit may still wait on a device. */
const UNUSED_MS = 24 * 3_600_000;

interface Manifest {
  readonly atMs: number;
  readonly type: string;
  /** In bytes. */
  readonly size?: number;
}

type Space = Pick<SharedStorage, 'get' | 'set' | 'delete' | 'list'>;

const manifestKey = (key: string, id: string): string => BLOBS + encodePath([key, id]);
const pieceKey = (key: string, id: string, index: number): string => BYTES + encodePath([key, id, `${index}`.padStart(8, '0')]);

/** `PUT` receives the bytes of a Blob, `GET` sends them, a part of them for a `Range`; neither ever holds more than a piece. */
export async function serveBlob(
  request: Request,
  key: string,
  id: string | null,
  guard: Guarded,
  space: Space,
  limits: Limits,
  now: () => number,
): Promise<Response> {
  if (!id || !/^[\w-]{8,64}$/.test(id))
    throw new StoreError('INVALID_ARGUMENT', 'Cannot tell which Blob: an id has 8 to 64 letters and digits');
  if (request.method === 'PUT') {
    await guard.demand([{ type: 'set', key, value: '' }], {});
    return Response.json(await receive(request, key, id, space, limits, now));
  }
  if (request.method !== 'GET') throw new Refusal(405, 'INVALID_ARGUMENT', 'Cannot do this to a Blob');
  await guard.get([key]);
  const note = await space.get(manifestKey(key, id));
  const { size, type } = (note ? JSON.parse(note.value) : {}) as Partial<Manifest>;
  if (size === undefined) throw new Refusal(404, 'NOT_FOUND', 'There is no such Blob');
  const part = rangeOf(request.headers.get('range'), size);
  const headers = {
    'content-type': type || 'application/octet-stream',
    'content-length': `${part.end - part.start}`,
    'accept-ranges': 'bytes',
    // Whoever wrote it chose its type: as a page it must not run as one of this origin.
    'content-security-policy': "sandbox; default-src 'none'",
    ...(part.isWhole ? {} : { 'content-range': `bytes ${part.start}-${part.end - 1}/${size}` }),
  };
  return new Response(bytesOf(space, key, id, part.start, part.end), { status: part.isWhole ? 200 : 206, headers });
}

async function receive(
  request: Request,
  key: string,
  id: string,
  space: Space,
  limits: Limits,
  now: () => number,
): Promise<{ size: number }> {
  const manifest: Manifest = { atMs: now(), type: request.headers.get('content-type') ?? '' };
  await space.set(manifestKey(key, id), JSON.stringify(manifest));
  let size = 0;
  let index = 0;
  for await (const piece of piecesOf(request)) {
    size += piece.length;
    if (size > limits.blobBytes) throw new Refusal(413, 'TOO_LARGE', `Cannot take a Blob of more than ${limits.blobBytes} bytes`);
    await space.set(pieceKey(key, id, index++), toBase64(piece));
  }
  await space.set(manifestKey(key, id), JSON.stringify({ ...manifest, size } satisfies Manifest));
  return { size };
}

/** The body in pieces of one size, but for the last. */
async function* piecesOf(request: Request): AsyncIterable<Uint8Array> {
  let piece = new Uint8Array(PIECE_BYTES);
  let filled = 0;
  for await (const chunk of chunksOf(request)) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + PIECE_BYTES - filled);
      piece.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < PIECE_BYTES) continue;
      yield piece;
      piece = new Uint8Array(PIECE_BYTES);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}

function bytesOf(space: Space, key: string, id: string, start: number, end: number): ReadableStream<Uint8Array> {
  let at = start;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (at >= end) return controller.close();
        const entry = await space.get(pieceKey(key, id, Math.floor(at / PIECE_BYTES)));
        if (!entry) return controller.error(new StoreError('CORRUPT', 'Cannot read a Blob: a piece of it is missing'));
        const bytes = fromBase64(entry.value).subarray(at % PIECE_BYTES, (at % PIECE_BYTES) + end - at);
        at += bytes.length;
        controller.enqueue(bytes);
      },
    },
    { highWaterMark: 0 },
  );
}

/** One range, as players and resumed downloads ask for it; of anything else the whole. */
function rangeOf(header: string | null, size: number): { start: number; end: number; isWhole: boolean } {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from + to === '') return { start: 0, end: size, isWhole: true };
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size : Math.min(size, Number(to) + 1);
  if (start >= end) throw new Refusal(416, 'INVALID_ARGUMENT', 'Cannot send a part that the Blob does not have');
  return { start, end, isWhole: false };
}

/** Removes what no value refers to: because the value is another one by now, or because it never came. */
export async function forgetBlobs(space: Space, now: () => number): Promise<void> {
  for await (const batch of space.list({ prefix: BLOBS }))
    for (const { key: path, value } of batch) {
      const [key = '', id = ''] = decodePath(path.slice(BLOBS.length));
      if ((JSON.parse(value) as Manifest).atMs > now() - UNUSED_MS || (await space.get(key))?.value.includes(id)) continue;
      for await (const pieces of space.list({ prefix: BYTES + encodePath([key, id]), keysOnly: true }))
        for (const piece of pieces) await space.delete(piece.key);
      await space.delete(path);
    }
}
