import { browserPorts } from '../browser.ts';
import type { DriverChange, StorageDriver } from '../driver.ts';
import { webStorage } from '../drivers/web-storage.ts';
import { type Observable, source } from '../observable.ts';
import type { Ports } from '../ports.ts';
import { queue } from '../queue.ts';
import type { Collections, Keys } from '../registry.ts';
import type { Store, StoreOptions } from '../store-interface.ts';
import { accountName } from './account-name.ts';
import { createFence } from './fence.ts';
import type { GuardedOptions } from './guarded-options.ts';
import { createSession, type Session } from './session.ts';

/** What the accounts of an app are made of. */
export interface AccountsOptions<K extends Keys, Default extends StorageDriver, C extends Collections> {
  /** Names the app: begins the name of every account's store. */
  name: string;
  /** What the store of an account is made of. Its name is given, for what wants one of its own, such as a vault. */
  store: (name: string) => Omit<StoreOptions<K, Default, C>, 'name' | 'ports'>;
  /** Where all tabs read who is logged in; it must read without waiting. @default localStorage */
  fence?: StorageDriver;
  /** What stores need of their surroundings. @default the browser's */
  ports?: Partial<Ports>;
}

/** One store an account, of which at most one is open. */
export interface Accounts<S> {
  /** The store of the account that is logged in, in every tab of the app; `undefined` while there is none. */
  readonly current: Observable<S | undefined>;
  /**
   * Logs an account in, in every tab: writes what the one before has left, lets go of it, and resolves to the new one's store. Nothing
   * happens where it is logged in already. `account` may be anything that names it; only a hash of it is stored.
   * @throws {StoreError} why the changes of the one before could not be stored: it stays logged in, unless they are to be discarded
   */
  switchAccount(account: string, options?: { discard?: boolean }): Promise<S>;
  /**
   * Logs out, in every tab: what the tabs hold in memory of the account is dropped, also by one that is frozen meanwhile, before it can
   * write it. With `wipe` what it has stored in this browser is removed, and changes that were not stored yet are not waited for.
   * @throws {StoreError} as above; where it cannot be removed: it is logged out all the same, and `wipe` can be asked for again after a login
   */
  logout(options?: { wipe?: boolean; discard?: boolean }): Promise<void>;
  /** Lets go of everything in this tab. The account stays logged in. */
  close(): Promise<void>;
}

/**
 * One store for each account on this browser, one of which is logged in at a time, the same in all tabs. Who that is outlives a reload
 * but is only a note: whether a session is valid, your server says. Touches no storage until it is used.
 */
export function createAccounts<const K extends Keys, Default extends StorageDriver, const C extends Collections = Record<never, never>>({
  name,
  store: declare,
  fence: driver = webStorage(() => localStorage) as StorageDriver,
  ports: given,
}: AccountsOptions<K, Default, C>): Accounts<Store<K, C>> {
  type S = Store<K, C>;
  const ports: Ports = { ...browserPorts(), ...given };
  const place = driver.named?.(name, ports) ?? driver;
  const fence = createFence(name, place, ports);
  const inTurn = queue();
  const shown = source<Session | undefined>(undefined);
  let watching: Promise<(() => void) | undefined> | undefined;
  let stopListening = (): void => {};
  let dropping: Promise<void> = Promise.resolve();

  /** Takes over which login is in force. A tab that has used another one drops it first. */
  function follow(mayErase = false): Session | undefined {
    start();
    const session = shown.get();
    if (session?.login === fence.read()) return session;
    const { account, wiped } = fence.standing();
    const next =
      account === undefined
        ? undefined
        : createSession(account, declare(account) as unknown as GuardedOptions, fence, ports, () => void follow());
    const removal = !session || !wiped.includes(session.name) ? 'nothing' : mayErase ? 'all' : 'own';
    // Whoever logs out waits for it; else it is over all the same, and what fails here concerns this tab alone.
    dropping = session?.drop(removal) ?? Promise.resolve();
    dropping.catch(() => {});
    shown.set(next);
    return next;
  }

  function start(): void {
    if (watching) return;
    const hear = (change: DriverChange): void => {
      if (change.type === 'reset' || change.keys.includes(fence.path)) follow();
    };
    watching = place.watch?.(hear).catch(() => undefined) ?? Promise.resolve(undefined);
    // Before the store of the account hears that the page is seen again, and tries to write what it has left.
    stopListening = ports.lifecycle.listen((event) => void (event === 'show' && follow()));
  }

  async function leave(discard: boolean): Promise<Session | undefined> {
    const session = follow();
    const result = discard ? undefined : await session?.store.flush();
    if (result && !result.saved) throw result.error;
    return session;
  }

  return {
    current: {
      get() {
        if (!watching) follow();
        return shown.get()?.store as S | undefined;
      },
      initial: () => undefined,
      subscribe(listener) {
        follow();
        return shown.subscribe(listener);
      },
    },
    switchAccount: (account, { discard = false } = {}) =>
      inTurn('', async () => {
        const next = await accountName(name, account);
        const current = follow();
        if (current?.name === next) return current.store as unknown as S;
        await leave(discard);
        await fence.write({ account: next });
        return follow()?.store as unknown as S;
      }),
    logout: ({ wipe = false, discard = wipe } = {}) =>
      inTurn('', async () => {
        const session = await leave(discard);
        if (!session) return;
        await fence.write(wipe ? { wiped: session.name } : {});
        follow(true);
        await dropping;
      }),
    async close() {
      stopListening();
      (await watching)?.();
      await shown.get()?.store.close();
      shown.set(undefined);
    },
  };
}
