import type { SharedStorage, StorageDriver } from '../driver.ts';
import { followed } from '../follow.ts';
import { mirrored } from './http-mirror.ts';
import { remote } from './http-remote.ts';
import type { HttpOptions as RemoteOptions } from './http-request.ts';

export interface HttpOptions extends RemoteOptions {
  /**
   * A storage on this device, such as `indexedDb()`, that holds a copy of what the store has on the server: it is read at once and
   * offline, and what is set while the server is away waits in it. For stores, not for the bare driver.
   */
  cache?: StorageDriver;
}

/** The storage that a server gives with `serve`: `http('/state')`. */
export function http(url: string, { cache, ...options }: HttpOptions = {}): SharedStorage {
  const bare = ({ send: _, ...driver }: ReturnType<typeof remote>): SharedStorage => driver;
  return {
    ...bare(remote(url, options)),
    named: (store, ports) =>
      cache ? mirrored(remote(url, options), cache, store, ports) : followed(bare(remote(url, options)), store, ports),
  };
}
