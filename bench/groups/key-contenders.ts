import type { Contender } from '../src/group.ts';
import type { KeySubject } from './key-subject.ts';

/** Each peer is compared with what of ours a user would take in its place: raw signals with the default storage, hooks with a hook, the rest by storage. */
export const keyContenders: readonly Contender<KeySubject>[] = [
  {
    id: 'holdfast',
    name: 'Holdfast',
    imports: `export { createStore, key, indexedDb } from '@holdfast/core'`,
    load: () => import('../contenders/holdfast.ts').then((m) => m.onIndexedDb),
  },
  {
    id: 'holdfast-local',
    name: 'Holdfast · localStorage',
    imports: `export { createStore, key } from '@holdfast/core'; export { webStorage } from '@holdfast/core/drivers/web-storage'; export { json } from '@holdfast/core/codecs/json'`,
    load: () => import('../contenders/holdfast.ts').then((m) => m.onLocalStorage),
  },
  {
    id: 'holdfast-react',
    name: 'Holdfast · React, localStorage',
    imports: `export { createStore, key } from '@holdfast/core'; export { webStorage } from '@holdfast/core/drivers/web-storage'; export { json } from '@holdfast/core/codecs/json'`,
    load: () => import('../contenders/holdfast-react.ts').then((m) => m.inReact),
  },
  {
    id: 'alien-signals',
    name: 'alien-signals',
    against: 'holdfast',
    imports: `export { signal, effect } from 'alien-signals'`,
    load: () => import('../contenders/alien-signals.ts').then((m) => m.open),
  },
  {
    id: 'preact-signals',
    name: '@preact/signals-core',
    against: 'holdfast',
    imports: `export { signal, effect } from '@preact/signals-core'`,
    load: () => import('../contenders/preact-signals.ts').then((m) => m.open),
  },
  {
    id: 'zustand-idb',
    name: 'zustand persist + idb-keyval',
    against: 'holdfast',
    imports: `export { createStore } from 'zustand/vanilla'; export { persist, createJSONStorage } from 'zustand/middleware'; export { get, set, del } from 'idb-keyval'`,
    load: () => import('../contenders/zustand.ts').then((m) => m.onIdbKeyval),
  },
  {
    id: 'idb-keyval',
    name: 'idb-keyval',
    against: 'holdfast',
    imports: `export { get, set, del } from 'idb-keyval'`,
    load: () => import('../contenders/idb-keyval.ts').then((m) => m.open),
  },
  {
    id: 'indexeddb',
    name: 'raw IndexedDB',
    against: 'holdfast',
    load: () => import('../contenders/raw-indexed-db.ts').then((m) => m.open),
  },
  {
    id: 'zustand',
    name: 'zustand persist',
    against: 'holdfast-local',
    imports: `export { createStore } from 'zustand/vanilla'; export { persist } from 'zustand/middleware'`,
    load: () => import('../contenders/zustand.ts').then((m) => m.onLocalStorage),
  },
  {
    id: 'jotai',
    name: 'jotai atomWithStorage',
    against: 'holdfast-local',
    imports: `export { createStore } from 'jotai/vanilla'; export { atomWithStorage } from 'jotai/vanilla/utils'`,
    load: () => import('../contenders/jotai.ts').then((m) => m.open),
  },
  {
    id: 'nanostores',
    name: '@nanostores/persistent',
    against: 'holdfast-local',
    imports: `export { persistentJSON } from '@nanostores/persistent'`,
    load: () => import('../contenders/nanostores.ts').then((m) => m.open),
  },
  {
    id: 'svelte-persisted-store',
    name: 'svelte-persisted-store',
    against: 'holdfast-local',
    imports: `export { persisted } from 'svelte-persisted-store'`,
    load: () => import('../contenders/svelte-persisted-store.ts').then((m) => m.open),
  },
  {
    id: 'localstorage',
    name: 'raw localStorage',
    against: 'holdfast-local',
    load: () => import('../contenders/raw-local-storage.ts').then((m) => m.open),
  },
  {
    id: 'use-local-storage-state',
    name: 'use-local-storage-state',
    against: 'holdfast-react',
    imports: `export { default as useLocalStorageState } from 'use-local-storage-state'`,
    load: () => import('../contenders/use-local-storage-state.ts').then((m) => m.inReact),
  },
  {
    id: 'usehooks-ts',
    name: 'usehooks-ts useLocalStorage',
    against: 'holdfast-react',
    imports: `export { useLocalStorage } from 'usehooks-ts'`,
    load: () => import('../contenders/usehooks-ts.ts').then((m) => m.inReact),
  },
];
