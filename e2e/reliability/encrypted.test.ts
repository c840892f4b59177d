import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { engines } from '../harness/engines.ts';
import { createProfile } from '../harness/profile.ts';
import { openTab, useSite } from '../harness/suite.ts';

const site = useSite();

/** Files below a directory that hold a text, as UTF-8 or as UTF-16. */
function filesWith(text: string, directory: string): string[] {
  const [narrow, wide] = [Buffer.from(text), Buffer.from(text, 'utf16le')];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => {
      const bytes = readFileSync(file);
      return bytes.includes(narrow) || bytes.includes(wide);
    });
}

// Processes are found through /proc.
describe.runIf(process.platform === 'linux').each(engines)('$name', (engine) => {
  test('no file of the profile holds in clear what an encrypted store has stored, and it can be read after a kill', async () => {
    const profile = createProfile(engine);
    try {
      let tab = await openTab(await profile.start(), site().app);
      const secret = { key: 'plum-pudding-at-noon', note: 'harbour-lights-at-dusk', left: 'last-words-of-a-page' };
      const clear = 'this-one-is-not-sealed';
      await tab.evaluate(
        async ({ secret, clear }) => {
          const { collection, createStore, indexedDb, key } = holdfast;
          const storage = encryption.encrypted(indexedDb(), encryption.deviceVault());
          const store = createStore({
            name: 'sealed',
            storage,
            keys: { text: key('') },
            collections: { notes: collection<{ title: string }>() },
          });
          addEventListener('pagehide', () => void store.keys.text.set(secret.left));
          await store.keys.text.set(secret.key);
          await store.collections.notes.insert({ title: secret.note });
          await app.keys.text.set(clear);
          await store.flush();
          await app.flush();
        },
        { secret, clear },
      );
      // What is noted for a page that ends must not be in clear either.
      await tab.goto(site().blank);
      await new Promise((resume) => setTimeout(resume, 6_500)); // browsers write localStorage late
      await profile.kill();
      expect(filesWith(clear, profile.directory), 'the scan finds what is in clear').not.toEqual([]);
      for (const text of Object.values(secret)) expect(filesWith(text, profile.directory), text).toEqual([]);
      tab = await openTab(await profile.start(), site().app);
      const read = await tab.evaluate(async () => {
        const { collection, createStore, indexedDb, key } = holdfast;
        const storage = encryption.encrypted(indexedDb(), encryption.deviceVault());
        const store = createStore({
          name: 'sealed',
          storage,
          keys: { text: key('') },
          collections: { notes: collection<{ title: string }>() },
        });
        await store.keys.text.ready;
        return [store.keys.text.get(), (await store.collections.notes.find())[0]?.title];
      });
      expect([secret.key, secret.left]).toContain(read[0]);
      expect(read[1]).toBe(secret.note);
    } finally {
      await profile.kill();
      profile.remove();
    }
  });
});
