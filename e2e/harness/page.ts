// What every page of the test site runs: the library as an application has it, and a few tools for the tests.
import * as encryptionEntry from '../../packages/core/src/encryption.ts';
import * as core from '../../packages/core/src/index.ts';

/** The store that most tests use: the same in every tab. */
function startApp() {
  const { collection, createStore, indexedDb, key, keyFamily, local } = core;
  return createStore({
    name: 'app',
    storage: indexedDb(),
    keys: {
      n: key(0),
      text: key(''),
      bytes: key<Uint8Array | null>(null),
      file: key<File | null>(null),
      row: keyFamily((_id: string) => key('')),
      localN: key(0, { storage: local() }),
      localText: key('', { storage: local() }),
    },
    collections: {
      notes: collection<{ title: string; text?: string; n: number; photo?: Blob }>(),
      pairs: collection<{ n: number; text: string }>(),
    },
    onError: ({ code }, name) => reported.push(`${name} ${code}`),
  });
}

declare global {
  var holdfast: typeof core;
  var encryption: typeof encryptionEntry;
  /** The only store of this page of the name, made and remembered by `startApp`. */
  var app: ReturnType<typeof startApp>;
  /** What `onError` of that store has heard. */
  var reported: string[];
  /** Every uncaught error and unhandled rejection of this page. */
  var uncaught: string[];
  /** What the content security policy has refused. */
  var violations: string[];
  /** Bytes that no storage engine can compress. */
  var noise: (bytes: number) => Uint8Array<ArrayBuffer>;
}

globalThis.reported = [];
globalThis.uncaught = [];
addEventListener('error', (event) => uncaught.push(`error: ${event.message}`));
addEventListener('unhandledrejection', (event) => uncaught.push(`rejection: ${event.reason}`));

globalThis.violations = [];
addEventListener('securitypolicyviolation', (event) => violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));

globalThis.holdfast = core;
globalThis.encryption = encryptionEntry;
globalThis.noise = (bytes) => {
  const all = new Uint8Array(bytes);
  // One call may fill 64 kB.
  for (let from = 0; from < bytes; from += 65_536) crypto.getRandomValues(all.subarray(from, from + 65_536));
  return all;
};
// Made at first use, so that a test can prepare the page before.
let made: ReturnType<typeof startApp> | undefined;
Object.defineProperty(globalThis, 'app', { get: () => (made ??= startApp()) });
