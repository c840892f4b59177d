import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** Serves on a free port of loopback until the test ends. */
export async function listen(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A browser of a kind: keeps the cookies that it gets. */
export function visitor(home: string): (path: string, init?: RequestInit, origin?: string) => Promise<Response> {
  const jar = new Map<string, string>();
  return async (path, init = {}, origin = home) => {
    const cookie = Array.from(jar, ([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(origin + path, { ...init, headers: { ...init.headers, cookie, origin } });
    for (const set of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (set.split(';')[0] ?? '').split(/=(.*)/s);
      jar.set(name, value);
    }
    return response;
  };
}
