import type { Commit, Operation, SharedStorage } from '../driver.ts';
import { encodePath } from '../key-path.ts';
import type { WireCommit } from '../wire.ts';
import { CLIENTS } from './reserved.ts';

/** A client that was silent for so long may find a commit that it sends again done twice. */
const REMEMBERED_MS = 30 * 24 * 3_600_000;

/**
 * Lets a commit take place once, however often it is sent: with it, in the same commit, the server notes the number of the
 * client's last one. A commit that was done gives no sequence the second time.
 */
export async function once(
  driver: Pick<SharedStorage, 'get' | 'commit'>,
  client: string,
  { number, operations, checks = [], untouched }: WireCommit,
  now: () => number,
): Promise<Commit | undefined> {
  const key = CLIENTS + encodePath([client]);
  for (;;) {
    const note = await driver.get(key);
    if (note && Number.parseInt(note.value, 10) >= number) return {};
    const expiresAtMs = now() + REMEMBERED_MS;
    const writeDown: Operation = { type: 'set', key, value: `${number} ${expiresAtMs}`, expiresAtMs };
    const done = await driver.commit([...operations, writeDown], {
      checks: [...checks, { key, version: note?.version }],
      ...(untouched ? { untouched } : {}),
    });
    // Was it a condition of the client's, or the same commit sent at the same time?
    if (done || (await driver.get(key))?.version === note?.version) return done;
  }
}

/** Removes the notes of clients that do not come any more, for storages that evict nothing by themselves. */
export async function forgetSilent(driver: Pick<SharedStorage, 'list' | 'delete'>, now: () => number): Promise<void> {
  for await (const batch of driver.list({ prefix: CLIENTS }))
    for (const { key, value } of batch) if (Number(value.split(' ')[1]) <= now()) await driver.delete(key);
}
