/** A connected client of `redis` (node-redis) or of `ioredis`: what of it the driver uses. */
export type RedisClient = NodeRedis | IoRedis;

// biome-ignore-start lint/suspicious/noExplicitAny: the clients' own types are overloads and generics that only `any` fits
interface Subscriber {
  on(event: string, listener: (...values: any[]) => void): unknown;
}

interface NodeRedis {
  sendCommand(command: any, ...rest: any[]): Promise<any>;
  duplicate(...overrides: any[]): Subscriber & {
    connect(): Promise<unknown>;
    subscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
    destroy(): void;
  };
}

interface IoRedis {
  call(command: string, ...rest: any[]): Promise<any>;
  duplicate(...overrides: any[]): Subscriber & { subscribe(channel: string): Promise<unknown>; disconnect(): void };
}
// biome-ignore-end lint/suspicious/noExplicitAny: as above

/** Sends a command as any of the clients wants it. */
export function send(client: RedisClient, command: readonly string[]): Promise<unknown> {
  if (!('call' in client)) return client.sendCommand(command);
  const [name = '', ...rest] = command;
  return client.call(name, ...rest);
}

/** Listens to a channel on a connection of its own. `onGap`: the connection was lost and is there again. */
export async function subscribe(
  client: RedisClient,
  channel: string,
  onMessage: (message: string) => void,
  onGap: () => void,
): Promise<() => void> {
  let isLive = false;
  const again = (): void => {
    if (isLive) onGap();
  };
  if (!('call' in client)) {
    const subscriber = client.duplicate();
    subscriber.on('error', () => {}); // it reconnects by itself, and an error without a listener ends the process
    try {
      await subscriber.connect();
      await subscriber.subscribe(channel, onMessage);
    } catch (error) {
      subscriber.destroy();
      throw error;
    }
    subscriber.on('ready', again);
    isLive = true;
    return () => subscriber.destroy();
  }
  const subscriber = client.duplicate();
  subscriber.on('error', () => {});
  subscriber.on('message', (_: string, message: string) => onMessage(message));
  // It is `ready` before it listens again.
  subscriber.on('ready', () => void (isLive && subscriber.subscribe(channel).then(again, () => {})));
  try {
    await subscriber.subscribe(channel);
  } catch (error) {
    subscriber.disconnect();
    throw error;
  }
  isLive = true;
  return () => subscriber.disconnect();
}
