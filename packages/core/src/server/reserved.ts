import { encodePath } from '../key-path.ts';

// In each tenant's part, where no caller can name anything:
//   :server/<client>           the number of its last commit
//   :blob/<key>/<id>           what is known of a Blob; without a size while it is being received
//   :bytes/<key>/<id>/<index>  its bytes as base64, in pieces that every storage takes

export const CLIENTS: string = encodePath([':server']);
export const BLOBS: string = encodePath([':blob']);
export const BYTES: string = encodePath([':bytes']);

export function isReserved(key: string): boolean {
  return [CLIENTS, BLOBS, BYTES].some((prefix) => key.startsWith(prefix));
}
