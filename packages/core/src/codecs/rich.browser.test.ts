import { afterEach, expect, test } from 'vitest';
import { equal } from '../equal.ts';
import { rich } from './rich.ts';

const KEY = 'rich codec test';

afterEach(() => localStorage.removeItem(KEY));

/** Through localStorage, as text. */
async function roundTrip<T>(value: T): Promise<T> {
  localStorage.setItem(KEY, JSON.stringify(await rich.encode(value)));
  return rich.decode(JSON.parse(localStorage.getItem(KEY) ?? 'null')) as T;
}

test('a File comes back with name, type, time and bytes', async () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i % 256);
  const file = new File([bytes], 'photo é.png', { type: 'image/png', lastModified: 1_234_567 });
  const back = (await roundTrip({ deep: [file] })).deep[0] as File;
  expect(back).toBeInstanceOf(File);
  expect([back.name, back.type, back.lastModified, back.size]).toEqual(['photo é.png', 'image/png', 1_234_567, 100_000]);
  expect(equal(new Uint8Array(await back.arrayBuffer()), bytes)).toBe(true);
});

test('a Blob comes back as a Blob, and can be shown', async () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 3, height: 2 });
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  const back = (await roundTrip(new Map([['avatar', blob]]))).get('avatar') as Blob;
  expect(back).toBeInstanceOf(Blob);
  expect(back).not.toBeInstanceOf(File);
  const image = new Image();
  image.src = URL.createObjectURL(back);
  await image.decode();
  expect([image.naturalWidth, image.naturalHeight]).toEqual([3, 2]);
  URL.revokeObjectURL(image.src);
});

test('the same file at two places is one file', async () => {
  const file = new File(['a'], 'a.txt');
  const back = await roundTrip([file, { file }]);
  expect((back[1] as { file: File }).file).toBe(back[0]);
});

test('a file that is chosen in the page comes back; the list of files does not go in', async () => {
  const transfer = new DataTransfer();
  transfer.items.add(new File(['chosen'], 'chosen.txt', { type: 'text/plain' }));
  const input = Object.assign(document.createElement('input'), { type: 'file' });
  input.files = transfer.files;
  const [chosen] = input.files;
  expect(await (await roundTrip(chosen as File)).text()).toBe('chosen');
  expect(() => rich.encode({ files: input.files })).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_VALUE', path: 'files' }));
});

test('everything else is encoded in the calling turn, and comes back equal from localStorage', async () => {
  const shared = { at: new Date(1) };
  const value = {
    map: new Map<unknown, unknown>([[shared, new Set([1n, undefined, Number.NaN, -0])]]),
    shared,
    bytes: [new Float64Array([Number.NaN, -0]), new BigInt64Array([-1n]), new DataView(new ArrayBuffer(3), 1), new ArrayBuffer(2)],
    invalid: new Date(Number.NaN),
    holes: new Array(3),
    half: '\ud800',
    address: new URL('https://a.b/é?c#d'),
    risky: JSON.parse('{"__proto__":{"x":1},"constructor":2}'),
  };
  expect(rich.encode(value)).not.toBeInstanceOf(Promise);
  const back = await roundTrip(value);
  expect(equal(back, value)).toBe(true);
  expect(back.map.has(back.shared)).toBe(true);
  expect({}).not.toHaveProperty('x');
});

test.each([
  ['a node', () => document.createElement('a')],
  ['a bitmap', () => new ImageData(1, 1)],
  ['an event', () => new Event('a')],
])('refuses %s by its path', (_, make) => {
  expect(() => rich.encode({ list: [make()] })).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_VALUE', path: 'list[0]' }));
});

test('dates, maps and files of another frame come back', async () => {
  const frame = document.body.appendChild(document.createElement('iframe'));
  const other = frame.contentWindow as unknown as { eval(code: string): unknown };
  const value = other.eval(
    `({ at: new Date(5), map: new Map([['a', [new Uint8Array([1, 2])]]]), file: new File(['a'], 'a.txt') })`,
  ) as Record<string, unknown>;
  const back = await roundTrip(value);
  expect(back.at).toEqual(new Date(5));
  expect(back.map).toEqual(new Map([['a', [new Uint8Array([1, 2])]]]));
  expect(back.file).toMatchObject({ name: 'a.txt', size: 1 });
  frame.remove();
});
