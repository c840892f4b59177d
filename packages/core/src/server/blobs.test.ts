import { expect, test } from 'vitest';
import type { SharedStorage } from '../driver.ts';
import { memory } from '../drivers/memory.ts';
import { namespaced } from '../namespaced.ts';
import { forgetBlobs } from './blobs.ts';
import { serve } from './serve.ts';

const MEGABYTE = 1_024 * 1_024;

function scene(limits = {}) {
  const storage = memory() as unknown as SharedStorage;
  const clock = { ms: 1_000_000 };
  const handler = serve(storage, { authorize: () => true, limits, now: () => clock.ms });
  const ask = (init: RequestInit = {}, query = 'key=file&id=0123456789') => handler(new Request(`http://localhost/:blob?${query}`, init));
  return { ask, clock, space: namespaced(storage, 'shared') as SharedStorage };
}

function bytes(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 9)) % 256);
}

async function bodyOf(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer());
}

test.each([0, 1, 512 * 1_024 - 1, 512 * 1_024, 512 * 1_024 + 1, 2 * MEGABYTE + 7])(
  '%i bytes come back, with their type',
  async (length) => {
    const { ask } = scene();
    const sent = bytes(length);
    const put = await ask({ method: 'PUT', body: sent, headers: { 'content-type': 'image/png' } });
    expect(await put.json()).toEqual({ size: length });
    const got = await ask();
    expect([got.status, got.headers.get('content-type'), got.headers.get('content-length')]).toEqual([200, 'image/png', `${length}`]);
    expect(Buffer.compare(await bodyOf(got), sent)).toBe(0);
  },
);

test('a body that is sent in odd pieces is stored in pieces of one size, and read one by one', async () => {
  const { ask, space } = scene();
  const sent = bytes(MEGABYTE + 100);
  const body = new ReadableStream({
    start(controller) {
      for (let at = 0; at < sent.length; at += 77_777) controller.enqueue(sent.subarray(at, at + 77_777));
      controller.close();
    },
  });
  await ask({ method: 'PUT', body, duplex: 'half' } as RequestInit);
  const sizes: number[] = [];
  for await (const batch of space.list({ prefix: ':bytes!' })) sizes.push(...batch.map(({ value }) => atob(value).length));
  expect(sizes).toEqual([MEGABYTE / 2, MEGABYTE / 2, 100]);
  const reader = (await ask()).body?.getReader();
  expect((await reader?.read())?.value?.length).toBe(MEGABYTE / 2);
  await reader?.cancel();
});

test.each([
  ['bytes=0-9', 0, 10],
  ['bytes=524280-524300', 524_280, 524_301],
  ['bytes=1048570-', 1_048_570, 1_048_676],
  ['bytes=-6', 1_048_670, 1_048_676],
  ['bytes=5-99999999', 5, 1_048_676],
])('of %s the part comes', async (range, start, end) => {
  const { ask } = scene();
  const sent = bytes(MEGABYTE + 100);
  await ask({ method: 'PUT', body: sent });
  const got = await ask({ headers: { range } });
  expect([got.status, got.headers.get('content-range')]).toEqual([206, `bytes ${start}-${end - 1}/${sent.length}`]);
  expect(Buffer.compare(await bodyOf(got), sent.subarray(start, end))).toBe(0);
});

test('what is too large, or cut off, is no Blob; nor is what was never sent, and no part that is not there', async () => {
  const { ask } = scene({ blobBytes: MEGABYTE });
  expect((await ask({ method: 'PUT', body: bytes(MEGABYTE + 1) })).status).toBe(413);
  expect((await ask()).status).toBe(404);
  const cut = new ReadableStream({
    start(controller) {
      controller.enqueue(bytes(600_000));
      controller.error(new Error('connection lost'));
    },
  });
  expect((await ask({ method: 'PUT', body: cut, duplex: 'half' } as RequestInit)).status).toBe(503);
  expect((await ask()).status).toBe(404);
  await ask({ method: 'PUT', body: bytes(10) });
  expect((await ask({ headers: { range: 'bytes=10-' } })).status).toBe(416);
  expect((await ask({}, 'key=file&id=short')).status).toBe(400);
  expect((await ask({ method: 'DELETE' })).status).toBe(405);
});

test('a Blob that is a page does not run as one of this origin', async () => {
  const { ask } = scene();
  await ask({ method: 'PUT', body: '<script>alert(1)</script>', headers: { 'content-type': 'text/html' } });
  const { headers } = await ask();
  expect([headers.get('content-security-policy'), headers.get('x-content-type-options')]).toEqual([
    "sandbox; default-src 'none'",
    'nosniff',
  ]);
});

test('what no value refers to is removed after a day, and nothing else', async () => {
  const { ask, clock, space } = scene();
  await space.set('used', '{"$holdfast":[1,0,{"blobs":[["0123456789",[],""]]}],"value":null}');
  await ask({ method: 'PUT', body: bytes(10) }, 'key=used&id=0123456789');
  await ask({ method: 'PUT', body: bytes(10) }, 'key=used&id=an-old-one');
  await ask({ method: 'PUT', body: bytes(10) }, 'key=gone&id=0123456789');
  await forgetBlobs(space, () => clock.ms);
  expect((await ask({}, 'key=used&id=an-old-one')).status).toBe(200);
  clock.ms += 25 * 3_600_000;
  await forgetBlobs(space, () => clock.ms);
  expect((await ask({}, 'key=used&id=0123456789')).status).toBe(200);
  expect((await ask({}, 'key=used&id=an-old-one')).status).toBe(404);
  expect((await ask({}, 'key=gone&id=0123456789')).status).toBe(404);
  const left: string[] = [];
  for await (const batch of space.list({ prefix: ':b' })) left.push(...batch.map(({ key }) => key));
  expect(left.length).toBe(2);
});
