import type { Cell } from '../home/cell.ts';
import type { Observable } from '../observable.ts';

/**
 * The text of a script for the head of a page: before anything is painted it sets `<html data-theme>` (or another data attribute) to
 * what localStorage holds for a key in `local()`, else to the default. The text is the same for every request, so a nonce or a hash lets it
 * pass a content security policy. With React: `<script nonce={nonce} dangerouslySetInnerHTML={{ __html: themeScript(store.keys.theme) }} />`
 * in the head, and `suppressHydrationWarning` on `<html>`.
 */
export function themeScript(theme: Observable<string>, attribute = 'theme'): string {
  // `JSON.stringify` leaves `<` as it is: it could end the script or open a comment.
  const args = [(theme as Observable<string> & Cell).path, theme.initial(), attribute].map((text) =>
    JSON.stringify(text).replaceAll('<', '\\u003c'),
  );
  return `(function(k,v,a){try{var d=JSON.parse(localStorage.getItem(k));if(d&&d.$holdfast)d=d.value;if(typeof d=='string')v=d}catch(e){}document.documentElement.dataset[a]=v})(${args})`;
}
