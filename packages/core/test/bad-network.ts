import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface BadNetwork {
  readonly port: number;
  /** How likely a connection is cut in the middle, and how likely one goes silent without being cut, for each piece of data. */
  trouble: { cut: number; silent: number; delayMs: number };
  close(): Promise<void>;
}

/** Between clients and a server: cuts connections, silences them, and holds data back, so that what was sent later arrives first. */
export async function badNetwork(target: number, random: () => number): Promise<BadNetwork> {
  const sockets = new Set<Socket>();
  const trouble = { cut: 0, silent: 0, delayMs: 0 };

  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    let isSilent = false;
    const end = (): void => {
      near.destroy();
      far.destroy();
    };
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      let order = Promise.resolve();
      from.on('data', (data) => {
        if (random() < trouble.silent) isSilent = true;
        if (random() < trouble.cut) return void end();
        const delayMs = random() * trouble.delayMs;
        // Within a connection nothing overtakes; between connections everything does.
        order = order
          .then(() => new Promise<void>((resume) => (delayMs > 0 ? setTimeout(resume, delayMs) : resume())))
          .then(() => {
            if (!isSilent) to.write(data);
          });
      });
      from.on('error', end);
      from.on('close', () => {
        sockets.delete(from);
        if (!isSilent) void order.then(end);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    trouble,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
