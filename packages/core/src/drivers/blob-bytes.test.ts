import { expect, test } from 'vitest';
import { blobsToBytes, bytesToBlobs } from './blob-bytes.ts';

test('check 17: Blobs come back from their bytes with name, type and date, wherever they lie in a value', async () => {
  const file = new File(['abc'], 'a.txt', { type: 'text/plain', lastModified: 5 });
  const cyclic: Record<string, unknown> = { file };
  cyclic.self = cyclic;
  const list: Blob[] = [new Blob(['x'], { type: 'image/png' })];
  list[3] = file;
  const value = { list, map: new Map([['k', file]]), set: new Set([file]), cyclic, bytes: new ArrayBuffer(2) };
  Object.defineProperty(value, '__proto__', { value: 'own', enumerable: true });
  const stored = structuredClone(await blobsToBytes(value));
  expect(stored.blobs).toHaveLength(2);
  const back = bytesToBlobs(stored) as typeof value & { cyclic: { file: File; self: unknown } };
  expect(await back.list[0]?.text?.()).toBe('x');
  expect(back.list[0]?.type).toBe('image/png');
  expect(2 in back.list).toBe(false);
  expect([back.cyclic.file.name, back.cyclic.file.lastModified, await back.cyclic.file.text()]).toEqual(['a.txt', 5, 'abc']);
  expect(back.map.get('k')).toBe(back.cyclic.file);
  expect(back.set.has(back.cyclic.file)).toBe(true);
  expect(back.cyclic.self).toBe(back.cyclic);
  expect(back.bytes).toBeInstanceOf(ArrayBuffer);
  expect(Object.getOwnPropertyDescriptor(back, '__proto__')?.value).toBe('own');
});
