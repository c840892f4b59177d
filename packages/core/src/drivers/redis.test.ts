import { expect, test } from 'vitest';
import { redis } from './redis.ts';

test('of several writes of one key the last stays, also while the server has forgotten the script', async () => {
  let isLoaded = false;
  let value = '';
  let slow = 0;
  const client = {
    async sendCommand([name = '', ...rest]: string[]) {
      if (name === 'SCRIPT') return 'hash';
      if (name === 'EVALSHA' && !isLoaded) {
        // The second refusal takes its time.
        await new Promise((resume) => setTimeout(resume, 30 * slow++));
        throw new Error('NOSCRIPT No matching script');
      }
      isLoaded = true;
      value = rest.at(-2) as string;
      return '1';
    },
  };
  const driver = redis(client as never);
  const first = driver.set('key', 'first');
  const second = driver.set('key', 'second');
  await first;
  await Promise.all([second, driver.set('key', 'third')]);
  expect(value).toBe('third');
});
