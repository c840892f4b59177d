import { StoreError } from '../errors.ts';

/** What a guest passes as bytes: a Blob, a buffer or a view of one, base64 text, or an object of Python that has them. */
export function blobOf(bytes: unknown, type = ''): Blob {
  if (bytes instanceof Blob) return type ? bytes.slice(0, bytes.size, type) : bytes;
  if (bytes instanceof ArrayBuffer || ArrayBuffer.isView(bytes)) return new Blob([bytes as ArrayBufferView<ArrayBuffer>], { type });
  if (typeof bytes === 'string') return new Blob([fromBase64(bytes)], { type });
  const { toJs } = (bytes ?? {}) as { toJs?: () => unknown };
  // Pyodide gives `bytes` as a proxy.
  if (typeof toJs === 'function') return blobOf(toJs.call(bytes), type);
  throw new StoreError('INVALID_VALUE', 'Cannot store these bytes: a Blob, a buffer or base64 text is needed');
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch (cause) {
    throw new StoreError('INVALID_VALUE', 'Cannot read the bytes: they are no base64', { cause });
  }
}

/** For guests that take only text. */
export async function toBase64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  // In parts: more arguments than this overflow the stack of some engines.
  for (let start = 0; start < bytes.length; start += 0x8000) text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  return btoa(text);
}
