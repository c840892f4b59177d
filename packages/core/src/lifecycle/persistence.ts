/** `granted`: the browser removes what this site has stored only when the user says so. `evictable`: also when space runs out. `unknown`: it does not tell. */
export type Persistence = 'granted' | 'evictable' | 'unknown';

type Manager = Pick<StorageManager, 'persist' | 'persisted'>;

/**
 * Asks the browser to keep what this site has stored when space runs out. Chromium and Safari decide by themselves, and may say no now
 * and yes later; Firefox asks the user, so call it when they have just done something worth keeping. Settles when they have answered.
 * Never rejects. @param manager The browser's, by default.
 */
export function requestPersistence(manager: Manager | undefined = browserManager()): Promise<Persistence> {
  return answer(() => manager?.persist());
}

/** Whether it was granted, without asking anyone. Never rejects. */
export function persistence(manager: Manager | undefined = browserManager()): Promise<Persistence> {
  return answer(() => manager?.persisted());
}

async function answer(ask: () => Promise<boolean> | undefined): Promise<Persistence> {
  try {
    const isGranted = await ask();
    return isGranted === undefined ? 'unknown' : isGranted ? 'granted' : 'evictable';
  } catch {
    return 'unknown'; // an opaque origin
  }
}

/** Absent on servers and on pages that did not come by https. */
function browserManager(): Manager | undefined {
  return typeof navigator === 'undefined' ? undefined : navigator.storage;
}
