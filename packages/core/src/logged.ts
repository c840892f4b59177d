import type { Batch, Commit, CommitOptions, Driver, History, Operation, StorageDriver } from './driver.ts';
import { followed } from './follow.ts';
import { decodePath, encodePath } from './key-path.ts';
import { parseJson } from './parse-json.ts';
import type { Ports } from './ports.ts';

/** One commit, as it lies in an entry of its own. */
interface Row {
  readonly keys: readonly string[];
  readonly batches: readonly (readonly [key: string, value: unknown])[];
}

/** A row and where it stands. */
interface Found extends Row {
  readonly entry: string;
  readonly sequence: number;
}

/** So far back it is known which keys were written. */
const LENGTH = 256;
/** So many digits has a sequence in a key, so that the order of texts is the order of numbers. */
const DIGITS = 12;

/**
 * Gives a storage without an order of its own what collections need, a log over plain entries: `storage: logged(local())`. Each commit is one more entry. Exact between all stores
 * of a process, and between tabs as far as a Web Lock makes it so: in web storage a write may reach another process after the
 * lock does, so two commits may get one sequence. Their entries have names of their own, so nothing is written over, and whoever
 * finds one late appends it again.
 */
export function logged(driver: StorageDriver): StorageDriver {
  if (driver.changes) return driver;
  return {
    ...driver,
    within: driver,
    named: (store, ports) => followed(withLog(driver.named?.(store, ports) ?? driver, store, ports), store, ports),
  };
}

function withLog(
  driver: Driver<unknown>,
  store: string,
  ports: Ports,
): Driver<unknown> & Required<Pick<Driver<unknown>, 'changes' | 'commit'>> {
  const prefix = encodePath([store, '(log)']);
  const writer = ports.randomId();
  /** The entries that were seen; before the first look any may be there. */
  let known: Set<string> | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  /** One after the other, here and in other tabs. */
  function alone<T>(work: () => Promise<T>): Promise<T> {
    const next = turn.then(() => (ports.lock ? ports.lock(`holdfast:log:${store}`, work) : work()));
    turn = next.catch(() => {});
    return next;
  }

  async function rows(): Promise<Found[]> {
    const found: Found[] = [];
    for await (const entries of driver.list({ prefix })) {
      for (const { key: entry, value } of entries) {
        const row = (typeof value === 'string' ? parseJson(value) : value) as Row;
        found.push({ ...row, entry, sequence: Number(decodePath(entry)[2]) });
      }
    }
    known ??= new Set(found.map(({ entry }) => entry));
    return found;
  }

  async function set(operations: readonly Operation<unknown>[]): Promise<void> {
    if (driver.commit) {
      await driver.commit(operations);
      return;
    }
    // First what is new, then the row that refers to it, then what nothing refers to any more: wherever it ends, nothing is missing.
    for (const operation of operations) {
      if (operation.type === 'set') await driver.set(operation.key, operation.value);
      else await driver.delete(operation.key);
    }
  }

  function toRow(row: Row): unknown {
    return driver.holds === 'text' ? JSON.stringify(row) : row;
  }

  async function commit(
    operations: readonly Operation<unknown>[],
    { checks = [], untouched }: CommitOptions = {},
  ): Promise<Commit | undefined> {
    return alone(async () => {
      for (const { key, version } of checks) if ((await get(key))?.version !== version) return undefined;
      const before = await rows();
      const head = before.at(-1)?.sequence ?? 0;
      if (untouched) {
        const since = before.filter(({ sequence }) => sequence > untouched.after);
        const isWhole = head - since.length === untouched.after;
        if (!isWhole || since.some(({ keys }) => keys.some((key) => untouched.keys.includes(key)))) return undefined;
      }
      const sequence = head + 1;
      const entry = entryOf(sequence);
      const batches = operations.flatMap((operation) => (operation.type === 'append' ? [[operation.key, operation.value] as const] : []));
      const trimmed = before.flatMap((row): Operation<unknown>[] => {
        const kept = row.batches.filter(
          ([key]) => !operations.some((o) => o.type === 'trim' && o.key === key && o.sequence >= row.sequence),
        );
        const isOld = kept.length === 0 && row.sequence <= head - LENGTH;
        if (isOld) return [{ type: 'delete', key: row.entry }];
        if (kept.length === row.batches.length) return [];
        return [{ type: 'set', key: row.entry, value: toRow({ keys: row.keys, batches: kept }) }];
      });
      known?.add(entry);
      await set([
        ...operations.filter(({ type }) => type === 'set'),
        { type: 'set', key: entry, value: toRow({ keys: operations.map(({ key }) => key), batches }) },
        ...operations.filter(({ type }) => type === 'delete'),
        ...trimmed,
      ]);
      return { sequence };
    });
  }

  /** Came to light after what comes behind them was told: they get a new place. Where two tabs do so, the batches are the same ones twice. */
  async function again(late: readonly Found[]): Promise<void> {
    await alone(async () => {
      let sequence = (await rows()).at(-1)?.sequence ?? 0;
      await set(
        late.flatMap(({ entry, keys, batches }): Operation<unknown>[] => [
          { type: 'set', key: entryOf(++sequence), value: toRow({ keys, batches }) },
          { type: 'delete', key: entry },
        ]),
      );
    });
  }

  function entryOf(sequence: number): string {
    return prefix + encodePath([String(sequence).padStart(DIGITS, '0'), writer]);
  }

  async function get(key: string) {
    const entry = await driver.get(key);
    // What has no version is compared by its text.
    return entry && { ...entry, version: entry.version ?? String(entry.value) };
  }

  return {
    ...driver,
    get,
    commit,
    async changes(after): Promise<History<unknown>> {
      let all = await rows();
      const late = after === undefined ? [] : all.filter(({ entry, sequence }) => sequence <= after && !known?.has(entry));
      if (late.length > 0) {
        await again(late);
        all = await rows();
      }
      const head = all.at(-1)?.sequence ?? 0;
      if (after === undefined) return { head, batches: [] };
      for (const { entry } of all) known?.add(entry);
      const since = all.filter(({ sequence }) => sequence > after);
      const batches = since.flatMap(({ sequence, batches }) => batches.map(([key, value]): Batch<unknown> => ({ sequence, key, value })));
      const isWhole = new Set(since.map(({ sequence }) => sequence)).size === head - after;
      return { head, batches, ...(isWhole ? { keys: [...new Set(since.flatMap(({ keys }) => keys))] } : {}) };
    },
  };
}
