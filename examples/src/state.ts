import { createStore, indexedDb, key, keyFamily, local } from '@holdfast/core';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** All that the site keeps. What a value is, where it lives and when it is written stands here; a component only names it. */
export const store = createStore({
  name: 'holdfast-examples',
  storage: indexedDb(),
  keys: {
    // In localStorage, because the script in the head reads it before the first paint.
    theme: key<Theme>('system', { storage: local() }),
    name: key(''),
    avatar: key<File | null>(null),
    draft: key('', { delayMs: 300 }),
    panel: keyFamily((_id: 'photo' | 'draft') => key<'open' | 'closed'>('open')),
    ballast: key('', { storage: local() }),
  },
});
