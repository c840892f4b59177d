import { rich } from '../codecs/rich.ts';
import type { BlobStorage, StorageDriver } from '../driver.ts';
import { type WebStorageOptions, webStorage } from './web-storage.ts';

type Options = Pick<WebStorageOptions, 'blobs'>;

/** The page's localStorage, with dates, maps, sets, binary data and (with `blobs: true`) Blobs. Survives restarts; 5 MB for the whole origin. */
export function local(options: Options & { blobs: true }): BlobStorage<string>;
export function local(options?: Options): StorageDriver<string>;
export function local(options: Options = {}): StorageDriver<string> {
  return webStorage(pageStorage('localStorage'), { codec: rich, ...options });
}

/** The tab's sessionStorage, with the same values as `local()`. Lives as long as the tab. */
export function session(options: Options & { blobs: true }): BlobStorage<string>;
export function session(options?: Options): StorageDriver<string>;
export function session(options: Options = {}): StorageDriver<string> {
  return webStorage(pageStorage('sessionStorage'), { codec: rich, keeps: 'session', ...options });
}

/** Without a document a storage of this name would be shared by all requests of a server: then there is none. */
function pageStorage(name: 'localStorage' | 'sessionStorage'): () => Storage {
  return () => (typeof document === 'undefined' ? (undefined as unknown as Storage) : globalThis[name]);
}
