export type { GuestKey } from './guest/guest-key.ts';
export { type HostStorage, type HostStorageOptions, hostStorage } from './guest/host-storage.ts';
export { type GuestPort, serveGuest } from './guest/serve-guest.ts';
