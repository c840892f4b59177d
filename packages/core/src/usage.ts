import type { Usage } from './store-interface.ts';
import { entriesOf } from './stored-entries.ts';
import type { Contents } from './transfer/contents.ts';

/** Counts what a store holds. */
export async function usageOf({ name, ports, homes, collections }: Contents): Promise<Usage> {
  let entries = 0;
  for (const home of homes) for await (const keys of entriesOf(home, name)) entries += keys.length;
  const { usage, quota } = (await ports.estimate?.()) ?? {};
  const used = [...collections].flatMap(([name, { usage }]) => (usage() ? [[name, usage()]] : []));
  return {
    entries,
    collections: Object.fromEntries(used),
    ...(usage === undefined ? {} : { usedBytes: usage }),
    ...(quota === undefined ? {} : { quotaBytes: quota }),
  };
}
