const VIEWS: readonly string[] = [
  'DataView',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float16Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
];

/** An `ArrayBuffer`, a typed array or a `DataView`, by the name of its class. */
export function isBinary(className: string): boolean {
  return className === 'ArrayBuffer' || VIEWS.includes(className);
}

/** What the view shows of its buffer, in the byte order of the machine (little-endian wherever browsers run). @throws {TypeError} when detached */
export function bytesOf(data: ArrayBuffer | ArrayBufferView): Uint8Array<ArrayBuffer> {
  return 'buffer' in data ? new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
}

/** The reverse of `bytesOf`, for a class that `isBinary` knows. @throws {RangeError} when the bytes do not fill whole elements */
export function fromBytes(className: string, { buffer }: Uint8Array<ArrayBuffer>): object {
  if (className === 'ArrayBuffer') return buffer;
  const View = (globalThis as unknown as Record<string, new (buffer: ArrayBuffer) => ArrayBufferView>)[className];
  if (!View) throw new TypeError(className);
  return new View(buffer);
}

export function toBase64(bytes: Uint8Array): string {
  let text = '';
  // In pieces, because an engine limits how many arguments a call may have.
  for (let start = 0; start < bytes.length; start += 8192) text += String.fromCharCode(...bytes.subarray(start, start + 8192));
  return btoa(text);
}

/** @throws {Error} for anything that `toBase64` does not write */
export function fromBase64(text: unknown): Uint8Array<ArrayBuffer> {
  // `atob` alone would also take spaces, missing padding and other types.
  if (typeof text !== 'string' || text.length % 4 || /\s/.test(text)) throw new TypeError('base64');
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = characters.charCodeAt(index);
  return bytes;
}
