// A server for stores on Redis in a process of its own: started, and ended without a warning, by http-chaos.servers.test.ts.
import { serve as listen } from '@hono/node-server';
import { createClient } from 'redis';
import { redis } from '../src/drivers/redis.ts';
import { serve } from '../src/server.ts';

const [url = '', namespace = '', port = ''] = process.argv.slice(2);
const client = createClient({ url });
client.on('error', () => {});
await client.connect();
const handler = serve(redis(client, { namespace }), {
  base: '/state',
  authorize: () => true,
  heartbeatMs: 200,
  limits: { perSecond: 1e6, burst: 1e6 },
});
listen({ fetch: handler, port: Number(port), hostname: '127.0.0.1' }, () => process.stdout.write('ready\n'));
