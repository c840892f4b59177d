import type { AddressInfo } from 'node:net';
import { serve as listen } from '@hono/node-server';

export interface HttpServer {
  readonly url: string;
  close(): Promise<void>;
}

/** A handler on a free port of this machine. */
export async function httpServer(handler: (request: Request) => Promise<Response>, base = '/state'): Promise<HttpServer> {
  const server = listen({ fetch: handler, port: 0, hostname: '127.0.0.1' });
  await new Promise<void>((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}
