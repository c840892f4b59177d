/** Every way in which Holdfast can fail. Each has a heading in `docs/errors.md` that says what to do. */
export type StoreErrorCode =
  | 'CLOSED' // the store, the connection or the client is closed
  | 'CORRUPT' // what is stored does not decode; its bytes are kept
  | 'DENIED' // the browser refuses storage here, or there is none
  | 'DUPLICATE' // there is a document with this _id already
  | 'INVALID_ARGUMENT' // the call itself is wrong
  | 'INVALID_VALUE' // the schema refuses the value
  | 'LOCKED' // it is encrypted, and the key is not there
  | 'MIGRATION_FAILED' // a migration step threw or its result is not valid; the old value is kept
  | 'NEWER_DATA' // a newer build wrote it; read-only here
  | 'NO_STORE' // a hook found no store
  | 'QUOTA' // the storage is full
  | 'TIMEOUT' // the storage does not answer
  | 'UNAVAILABLE' // the storage failed and is tried again
  | 'UNSUPPORTED_VALUE'; // the value cannot be stored as it is; `path` says where

/** The only error class of Holdfast: a stable `code`, the `path` inside a value where there is one, and the `cause`. Never holds a stored value. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  /** Where inside the value, for example `user.photos[2]`. */
  readonly path?: string;

  constructor(code: StoreErrorCode, message: string, options: { cause?: unknown; path?: string } = {}) {
    super(`${message} (${code})`, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'StoreError';
    this.code = code;
    if (options.path !== undefined) this.path = options.path;
  }
}

/** What became of a write: durable, or not and why. A write that is not saved stays in memory and is tried again. */
export type SaveResult = { readonly saved: true } | { readonly saved: false; readonly error: StoreError };

export const SAVED: SaveResult = { saved: true };

/** The name of an exception. Engines disagree on classes (`QuotaExceededError` is one of its own in some), so only names are compared. */
function nameOf(error: unknown): string {
  return String((error as { name?: unknown } | undefined)?.name);
}

/** Classifies what a storage threw, so that each class has one reaction. */
export function storageError(error: unknown, what: string): StoreError {
  if (error instanceof StoreError) return error;
  const name = nameOf(error);
  if (name === 'QuotaExceededError' || name === 'NS_ERROR_DOM_QUOTA_REACHED')
    return new StoreError('QUOTA', `Cannot ${what}: the storage is full. Free space or ask for more`, { cause: error });
  if (name === 'SecurityError' || name === 'NotAllowedError')
    return new StoreError('DENIED', `Cannot ${what}: the browser denies storage here`, { cause: error });
  if (name === 'DataCloneError') return new StoreError('UNSUPPORTED_VALUE', `Cannot ${what}: the value cannot be cloned`, { cause: error });
  return new StoreError('UNAVAILABLE', `Cannot ${what}: the storage failed`, { cause: error });
}

/** A full disk may be emptied and a lost connection comes back; a value that cannot be stored stays one. */
export function isWorthRepeating(error: StoreError): boolean {
  return /^(?:QUOTA|UNAVAILABLE|TIMEOUT|LOCKED)$/.test(error.code);
}

/** What a function of the app threw while we called it. */
export function updaterError(cause: unknown, what: string): StoreError {
  return cause instanceof StoreError ? cause : new StoreError('INVALID_ARGUMENT', `Cannot ${what}: the updater threw`, { cause });
}

/** Hands an error to the page's own error event, where there is one: a subscriber that throws must not keep the others from hearing. */
export function report(error: unknown): void {
  if (typeof reportError === 'function') reportError(error);
}
