import type { Entry } from '../driver.ts';
import { storageError } from '../errors.ts';
import type { Write } from '../home/cell.ts';
import type { Home } from '../home/home.ts';
import type { Key } from './key.ts';
import type { Outgoing } from './outgoing.ts';
import { isNewer } from './reading.ts';

/** What others have written under a key since it was read, and whether a write of ours may go on top of it. */
export interface Overtaking {
  /** Others have written: until the next reading ends, what we know is older than what was told. */
  told(): void;
  /** Reads without waiting. */
  look(): unknown;
  load(): Promise<{ entry: Entry<unknown> | undefined; clock: number }>;
  begin(): Write;
}

interface Context<T> {
  readonly path: string;
  readonly key: Key<T>;
  readonly home: Home;
  readonly out: Outgoing;
  /** Shows what storage holds. */
  settle(raw: unknown, version?: string): void;
}

const NOTHING: Write = { operations: [], end() {}, async again() {} };

/**
 * A write goes on top of what others have written, except where that is of a newer build, or came after a write of ours that
 * storage refused. Where commits are numbered the write itself finds out, by holding only after what was told, and is begun again
 * once that has been looked at. In web storage one can look right before. A page that leaves has no time for either.
 */
export function overtaking<T>({ path, key, home, out, settle }: Context<T>): Overtaking {
  const { driver, ports, format } = home;
  let staleAfter: number | undefined;
  let toldAt = 0;
  let refusedAt: number | undefined;
  /** What lay in web storage when it was last looked at, or has been written by us: it needs not be looked at again. */
  let seen: unknown;

  /** What others have written up to this sequence is known. */
  const known = (): number | undefined => staleAfter ?? driver.seen?.();

  async function load(): ReturnType<Overtaking['load']> {
    const clock = home.tick();
    const entry = await home.load(path);
    if (clock > toldAt) staleAfter = undefined;
    return { entry, clock };
  }

  function gaveWay(raw: unknown, isLater: boolean, version?: string): boolean {
    if (!isNewer(raw, key, format) && !(isLater && out.isUnsaved())) return false;
    out.drop();
    settle(raw, version);
    return true;
  }

  function look(): unknown {
    seen = driver.getSync?.(path);
    return seen;
  }

  function hasGivenWay(): boolean {
    const last = seen;
    try {
      return look() !== last && gaveWay(seen, true);
    } catch {
      return false; // the write says it
    }
  }

  return {
    told() {
      staleAfter ??= driver.seen?.();
      toldAt = home.tick();
    },
    look,
    load,
    begin() {
      if (driver.getSync && hasGivenWay()) return NOTHING;
      const write = out.begin();
      if (driver.getSync)
        return {
          ...write,
          end(error) {
            // Of a delete, and of what must wait for bytes, nothing is known.
            if (!error) seen = (write.operations.at(-1) as { value?: unknown }).value;
            write.end(error);
          },
        };
      const after = known();
      if (after === undefined || ports.lifecycle.isLeaving()) return write;
      return {
        ...write,
        untouched: { keys: [path], after },
        async again() {
          try {
            const { entry } = await load();
            // Once it may be the others in the transaction that were behind. Twice: it would be refused for ever, the watch does not get through.
            if (known() === after && refusedAt === after) throw new Error('no news');
            refusedAt = after;
            await write.again();
            gaveWay(entry?.value, true, entry?.version);
          } catch (cause) {
            write.end(storageError(cause, 'look at what others have written'));
            throw cause;
          }
        },
      };
    },
  };
}
