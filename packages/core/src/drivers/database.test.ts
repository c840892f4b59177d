import 'fake-indexeddb/auto';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Entry } from '../driver.ts';
import { database } from './database.ts';

test('where the engine refuses Blobs their bytes are stored, and Blobs come back, alone and in a list', async () => {
  const { put } = IDBObjectStore.prototype;
  const stored: unknown[] = [];
  const refusing = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
    if (value instanceof Blob) throw new DOMException('no Blobs here', 'DataCloneError');
    stored.push(value);
    return put.call(this, value, key);
  });
  onTestFinished(() => refusing.mockRestore());
  const entries = database('no-blobs');
  await entries.set('a', { file: new Blob(['abc'], { type: 'text/plain' }) });
  await entries.set('b', 'plain');
  expect(stored[0]).toMatchObject({ value: { file: expect.any(ArrayBuffer) } });

  const listed: Entry<unknown>[] = [];
  for await (const batch of entries.list({ prefix: '' })) listed.push(...batch);
  for (const entry of [await entries.get('a'), listed[0]]) {
    const { file } = (entry as Entry<{ file: Blob }>).value;
    expect(file.type).toBe('text/plain');
    expect(await file.text()).toBe('abc');
  }
  expect(listed[1]).toMatchObject({ key: 'b', value: 'plain', version: expect.any(String) });
  await entries.close?.();
});
