export { type ConnectOptions, connect, type PatchClient } from './guest/connect.ts';
export type { GuestKey } from './guest/guest-key.ts';
export { type HostStorage, type HostStorageOptions, hostStorage } from './guest/host-storage.ts';
export type { MessageObjectOptions, PatchObject } from './guest/message-object.ts';
export type { FindOptions, Match, PatchDb, PatchDocument } from './guest/patch-db.ts';
export type { LocalPatchKv, PatchKv } from './guest/patch-kv.ts';
export { type DbAnswer, type DbMessage, dbMessages, type KvAnswer, type KvMessage, kvMessages } from './guest/patch-messages.ts';
export { dbObject, kvObject } from './guest/patch-objects.ts';
export {
  deletePatchData,
  hasPatchData,
  type PatchOptions,
  type PatchScope,
  type PatchStorage,
  type PatchUsage,
  patchStorage,
} from './guest/patch-storage.ts';
export { type GuestPort, serveGuest } from './guest/serve-guest.ts';
export { type ServePatchOptions, servePatch } from './guest/serve-patch.ts';
