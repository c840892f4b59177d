export { type DeviceVault, deviceVault } from './encryption/device-vault.ts';
export { type EncryptedStorage, encrypted } from './encryption/encrypted.ts';
export { type PasswordVault, passwordVault } from './encryption/password-vault.ts';
export type { SealingKey, Vault } from './encryption/vault.ts';
