import { equal } from '../equal.ts';
import { expiry } from '../expiry.ts';
import type { Ports } from '../ports.ts';
import type { Stored } from '../record.ts';
import type { Changes } from './changes.ts';

/** Calls back with what is stored under a path whenever that has become something else. A change only says "read again". */
export async function watchKey({
  changes,
  ports,
  path,
  read,
  listener,
}: {
  changes: Changes;
  ports: Ports;
  path: string;
  read: (path: string) => Promise<Stored | undefined>;
  listener: (value: unknown) => void;
}): Promise<() => void> {
  let last: unknown;
  let isLive = false;
  let isBehind = false;
  let isStopped = false;
  let reading: Promise<void> | undefined;
  const end = expiry(ports, lookAgain);

  async function catchUp(): Promise<void> {
    while (isBehind && !isStopped) {
      isBehind = false;
      const stored = await read(path);
      if (isStopped) return;
      end.at(stored?.expiresAtMs);
      const isTold = isLive && !equal(stored?.value, last);
      isLive = true;
      last = stored?.value;
      if (isTold) listener(last);
    }
  }

  /** However many changes arrive while it reads, one more read answers them all. */
  function look(): Promise<void> {
    isBehind = true;
    reading ??= catchUp().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  function lookAgain(): void {
    look().catch(ports.report); // the next change looks again
  }

  function stop(): void {
    isStopped = true;
    end.at(undefined);
    stopListening();
  }

  const stopListening = await changes.listen((change) => {
    if (change.type === 'reset' || change.keys.includes(path)) lookAgain();
  });
  try {
    await look();
  } catch (error) {
    stop();
    throw error;
  }
  return stop;
}
