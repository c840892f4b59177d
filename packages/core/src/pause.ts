/** Behind all that waits already. A timer would wait 4 ms, `scheduler.yield` lets only rendering and input go first. */
export function pause(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
