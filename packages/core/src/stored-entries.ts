import { checkpointKey } from './collections/paths.ts';
import type { Operation } from './driver.ts';
import type { Home } from './home/home.ts';
import { encodePath } from './key-path.ts';

/** The keys of all entries of a store in one of its storages. What begins like ours and is no path is someone else's. */
export async function* entriesOf({ driver }: Home, store: string): AsyncIterable<string[]> {
  for await (const batch of driver.list({ prefix: encodePath([store]), keysOnly: true }))
    yield batch.map(({ key }) => key).filter((key) => key.endsWith('!'));
}

/** Removes all entries of a store, and what is in the log, also of collections that this build does not know. */
export async function removeAll(home: Home, store: string): Promise<void> {
  for await (const batch of entriesOf(home, store)) await home.commit(batch.map((key) => ({ type: 'delete', key })));
  const { head = 0, batches = [] } = (await home.driver.changes?.(0)) ?? {};
  const keys = new Set(batches.map(({ key }) => key).filter((key) => key.startsWith(encodePath([store]))));
  const operations = Array.from(keys, (key): Operation<unknown>[] => [
    { type: 'trim', key, sequence: head },
    { type: 'delete', key: checkpointKey(key) },
  ]);
  if (operations.length > 0) await home.commit(operations.flat());
}
