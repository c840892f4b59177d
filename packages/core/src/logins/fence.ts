import type { StorageDriver } from '../driver.ts';
import type { StoreError } from '../errors.ts';
import { encodePath } from '../key-path.ts';
import type { Ports } from '../ports.ts';

/** A tab that was frozen for longer than so many logouts keeps what is in its sessionStorage. */
const MOST_WIPED = 50;

/** What stands on the fence: who is logged in, by the name of the account's store. */
export interface Standing {
  readonly account?: string | undefined;
  /** The last accounts that were to be forgotten, and have not logged in since: tabs that used one of them remove what is theirs alone. */
  readonly wiped: readonly string[];
}

/**
 * One text for all tabs, read without waiting: it says which login is in force. A tab whose login is another one must not read or
 * write any more.
 */
export interface Fence {
  /** The key of the text. */
  readonly path: string;
  /** No two logins have the same text. */
  read(): string | undefined;
  standing(): Standing;
  /** Another login is in force from the calling turn on, or none. @throws {StoreError} `QUOTA` */
  write(change: { account?: string; wiped?: string }): Promise<void>;
}

export function createFence(app: string, driver: StorageDriver, { randomId }: Pick<Ports, 'randomId'>): Fence {
  const path = encodePath([app, '(accounts)']);
  /** Where there is no storage, there is none that other tabs could share either. */
  let own: string | undefined;

  function read(): string | undefined {
    try {
      return driver.getSync?.(path) as string | undefined;
    } catch {
      return own;
    }
  }

  const isName = (value: unknown): value is string => typeof value === 'string' && value.startsWith(`${app}::`);

  function standing(): Standing {
    try {
      const { account, wiped } = JSON.parse(read() ?? '{}') as Partial<Record<string, unknown>>;
      return { account: isName(account) ? account : undefined, wiped: Array.isArray(wiped) ? wiped.filter(isName) : [] };
    } catch {
      return { wiped: [] }; // not ours
    }
  }

  return {
    path,
    read,
    standing,
    async write({ account, wiped }) {
      const others = standing().wiped.filter((name) => name !== account && name !== wiped);
      own = JSON.stringify({ login: randomId(), account, wiped: [...others, ...(wiped ? [wiped] : [])].slice(-MOST_WIPED) });
      try {
        await driver.set(path, own);
      } catch (error) {
        if ((error as StoreError).code !== 'DENIED') throw error;
      }
    },
  };
}
