import { createStore, indexedDb, key, keyFamily } from '@holdfast/core';

export const samples = {
  counter: `// A plug-in sees what it has stored, and nothing else.
const runs = Number(local_get('runs') ?? 0) + 1
local_set('runs', runs)
print('This is run', runs)
print('My keys:', local_keys())`,
  journal: `// Databases answer later: await them.
const db = await idb_open('journal', 1, '{"stores": ["lines"]}')
const lines = JSON.parse(await idb_keys(db, 'lines'))
await idb_put(db, 'lines', lines.length + 1, '"one more line"')
print('Lines so far:', lines.length + 1)`,
  curious: `// What a page keeps is not its business.
print('My keys:', local_keys())
print('The key of the page:', local_get('secret') ?? 'nothing')
print('window is', typeof window, 'and fetch is', typeof fetch)
while (true) {} // stopped after two seconds`,
} as const;

export type PlugIn = keyof typeof samples;

/** The page's own: the code of each plug-in. */
export const store = createStore({
  name: 'holdfast-plug-ins',
  storage: indexedDb(),
  keys: { code: keyFamily((name: PlugIn) => key<string>(samples[name])) },
});
