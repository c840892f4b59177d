import { StoreError } from '../errors.ts';
import { type Connection, connect } from './connection.ts';

/**
 * One connection a database for all stores of a page, also when the library is loaded twice or reloaded in place: the table
 * of connections hangs on the page's factory itself.
 */
const CONNECTIONS = Symbol.for('holdfast.connections');

interface Shared {
  readonly connection: Connection;
  users: number;
}

/** A connection of the page to the database; `close` gives it back, and the last one to do so closes it. */
export function sharedConnection(open: () => IDBFactory | undefined, name: string, durability: IDBTransactionDurability): Connection {
  const factory = reach(open);
  const page = factory as { [CONNECTIONS]?: Map<string, Shared> };
  page[CONNECTIONS] ??= new Map();
  const connections = page[CONNECTIONS];
  const id = `${durability} ${name}`;
  const shared = connections.get(id) ?? { connection: connect(factory, name, durability), users: 0 };
  connections.set(id, shared);
  shared.users++;
  let isClosed = false;
  return {
    ...shared.connection,
    close() {
      if (isClosed) return;
      isClosed = true;
      if (--shared.users > 0) return;
      connections.delete(id);
      shared.connection.close();
    },
  };
}

function reach(open: () => IDBFactory | undefined): IDBFactory {
  let factory: IDBFactory | undefined;
  try {
    factory = open();
  } catch (cause) {
    throw new StoreError('DENIED', 'Cannot use IndexedDB here', { cause });
  }
  if (!factory) throw new StoreError('DENIED', 'Cannot use IndexedDB: there is none');
  return factory;
}
