import type { BlobStorage, SharedStorage, StorageDriver } from '../driver.ts';
import { followed } from '../follow.ts';
import type { HttpBlobs } from './http-blobs.ts';
import { mirrored } from './http-mirror.ts';
import { type Remote, remote } from './http-remote.ts';
import { type HttpOptions as RemoteOptions, http as request } from './http-request.ts';

export { type HttpBlobs, httpBlobs } from './http-blobs.ts';

export interface HttpOptions extends RemoteOptions {
  /**
   * A storage on this device, such as `indexedDb()`, that holds a copy of what the store has on the server: it is read at once and
   * offline, and what is set while the server is away waits in it. For stores, not for the bare driver.
   */
  cache?: StorageDriver;
  /** `httpBlobs()`: carries `Blob` and `File`, each in a request of its own. @default none: a Blob is refused */
  blobs?: HttpBlobs;
}

/** The storage that a server gives with `serve`: `http('/state')`. */
export function http(url: string, options: HttpOptions & { blobs: HttpBlobs }): SharedStorage & BlobStorage<string>;
export function http(url: string, options?: HttpOptions): SharedStorage;
export function http(url: string, { cache, blobs, ...options }: HttpOptions = {}): SharedStorage {
  const open = (): Remote => blobs?.over(remote(url, options), request(url, options)) ?? remote(url, options);
  const bare = ({ send: _, ...driver }: Remote): SharedStorage => driver;
  const carries = blobs ? { codec: blobs.codec, blobs: true } : {};
  return {
    ...bare(open()),
    ...carries,
    named: (store, ports) => ({
      ...(cache ? mirrored(open(), cache, store, ports, blobs) : followed(bare(open()), store, ports)),
      ...carries,
    }),
  };
}
