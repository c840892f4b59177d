import { afterEach, expect, test } from 'vitest';
import { testDriver } from '../../test/driver-suite.ts';
import { key } from '../keys/key.ts';
import { kv } from '../kv/kv.ts';
import { createStore } from '../store.ts';
import { cookies } from './cookies.ts';

function removeAll(): void {
  for (const pair of document.cookie.split('; ')) document.cookie = `${pair.split('=')[0]}=; Path=/; Max-Age=0`;
}
afterEach(removeAll);

await testDriver(
  'cookies',
  () => {
    removeAll();
    return { driver: cookies(), other: cookies(), end: removeAll };
  },
  {
    gaps: {
      'what is set is read, the empty text too': 'a cookie holds 4096 bytes, and the law sets 100 000',
    },
  },
);

test('what does not fit into a cookie is refused, and the one before it stays', async () => {
  const driver = cookies();
  await driver.set('key', 'before');
  await expect(driver.set('key', 'ü'.repeat(1_000))).rejects.toMatchObject({ code: 'QUOTA' });
  expect(driver.getSync?.('key')).toBe('before');
  const most = 'x'.repeat(4_096 - 'key='.length);
  await driver.set('key', most);
  expect(driver.getSync?.('key')).toBe(most);
});

test('values and names that would break out of a cookie are only text', async () => {
  const driver = cookies();
  const text = 'a; Path=/x; Domain=example.com\r\nSet-Cookie: b=1, "c"=é💾';
  await driver.set(text, text);
  expect((await driver.get(text))?.value).toBe(text);
  expect(document.cookie.split('; ').length).toBe(1);
  await driver.delete(text);
  expect(document.cookie).toBe('');
});

test('a cookie that the browser drops rejects: none is taken for saved', async () => {
  await expect(cookies({ domain: 'example.com' }).set('key', '1')).rejects.toMatchObject({ code: 'DENIED' });
  await expect(cookies({ path: '/elsewhere' }).set('key', '1')).rejects.toMatchObject({ code: 'DENIED' });
  document.cookie = 'key=; Path=/elsewhere; Max-Age=0';
});

test.each([{ path: '/a; Secure' }, { domain: 'a b' }, { path: 'ü' }, { sameSite: 'none' as const, secure: false }])(
  'attributes %j are refused',
  (options) => {
    expect(() => cookies(options)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  },
);

test('what others have set is tolerated, and stays', async () => {
  document.cookie = 'plain=text; Path=/';
  document.cookie = 'broken=%E0%A4%A; Path=/';
  document.cookie = 'nameless; Path=/';
  const store = kv(cookies());
  await store.set('ours', 1);
  expect(await store.all()).toEqual({ ours: 1 });
  await store.clear();
  expect(document.cookie).toContain('plain=text');
  expect(document.cookie).toContain('broken=%E0%A4%A');
  expect(await cookies().get('toString')).toBeUndefined();
  document.cookie = 'nameless; Path=/; Max-Age=0';
});

test('the browser removes it soon after its deadline', async () => {
  const driver = cookies();
  await driver.set('key', '1', { expiresAtMs: Date.now() - 5_000 }).catch(() => {}); // at once: dropped
  expect(driver.getSync?.('key')).toBeUndefined();
  await driver.set('key', '1', { expiresAtMs: Date.now() });
  await expect.poll(() => driver.getSync?.('key'), { timeout: 5_000 }).toBeUndefined();
});

test('a key in a cookie is read without waiting, as a server would read it', async () => {
  const keys = { theme: key('light') };
  await createStore({ name: 'app', storage: cookies(), keys }).keys.theme.set('dark');
  expect(createStore({ name: 'app', storage: cookies(), keys }).keys.theme.get()).toBe('dark');
  expect(document.cookie).toBe('app!theme!=%22dark%22');
});
