import type { StoreError, StoreErrorCode } from '../errors.ts';

/**
 * What an app can do about an error. `retrying`: nothing, it is tried again by itself. `full`: free space. `denied`: say that this
 * session is not remembered. `locked`: ask for the password. `outdated`: reload the page. `unreadable`: what is stored is kept, and
 * needs a fix in the app. `refused`: this value cannot be stored. `misuse`: the code is wrong.
 */
export type ErrorClass = 'retrying' | 'full' | 'denied' | 'locked' | 'outdated' | 'unreadable' | 'refused' | 'misuse';

/** The class of an error, by its code: for `onError`, which need not know every code. */
export function errorClass({ code }: StoreError): ErrorClass {
  const classes: Readonly<Record<StoreErrorCode, ErrorClass>> = {
    CLOSED: 'misuse',
    CORRUPT: 'unreadable',
    DENIED: 'denied',
    DUPLICATE: 'refused',
    INVALID_ARGUMENT: 'misuse',
    INVALID_VALUE: 'refused',
    LOCKED: 'locked',
    MIGRATION_FAILED: 'unreadable',
    NEWER_DATA: 'outdated',
    NO_STORE: 'misuse',
    QUOTA: 'full',
    TIMEOUT: 'retrying',
    UNAVAILABLE: 'retrying',
    UNSUPPORTED_VALUE: 'refused',
  };
  return classes[code];
}
