import { themeScript } from '@holdfast/core';
import { renderToString } from 'react-dom/server';
import { ServerPage } from './server-page.tsx';
import { store } from './state.ts';

/** For the head of every page: the stored theme is set before anything is painted. */
export const headScript: string = themeScript(store.keys.theme);

/** There is no storage on a server, so the HTML has the defaults: every visitor gets the same, and no one another's values. */
export function render(): string {
  return renderToString(<ServerPage />);
}
