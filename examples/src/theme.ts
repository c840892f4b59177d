import { effect } from '@holdfast/core';
import { store } from './state.ts';

/** Keeps the page in the theme that is stored. The script in the head has done it once, before the first paint. */
export function followTheme(): void {
  effect(() => {
    document.documentElement.dataset.theme = store.keys.theme.get();
  });
}
