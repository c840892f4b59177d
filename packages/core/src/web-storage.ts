export type { StorageChange } from './web-storage/sqlite-area.ts';
export { type SqliteStorageOptions, sqliteStorage } from './web-storage/sqlite-storage.ts';
