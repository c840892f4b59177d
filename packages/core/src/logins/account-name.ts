import { StoreError } from '../errors.ts';

/** The name of an account's store: the same for the same account, and no one reads the account out of it. */
export async function accountName(app: string, account: string): Promise<string> {
  if (account === '') throw new StoreError('INVALID_ARGUMENT', 'Cannot switch to an account without a name');
  if (!globalThis.crypto?.subtle) throw new StoreError('DENIED', 'Cannot name the store of an account: the page did not come by https');
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify([app, account])));
  return `${app}::${Array.from(new Uint8Array(hash, 0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
