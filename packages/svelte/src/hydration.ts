import { tick } from 'svelte';

// The page's, not an app's: it is the same for all stores, and a server has none.
let phase: 'hydrating' | 'live' | undefined;
const waiting: (() => void)[] = [];

/**
 * Where a component runs: on a `server`, in a page that is `hydrating`, that is taking over a server's HTML, or in one that is `live`.
 * `atEnd` is called when hydrating ends.
 *
 * Svelte does not tell a component whether it hydrates or mounts. But it hydrates in one turn, and only between the comments that its
 * server render leaves: a page with such a comment hydrates in the turn in which the first value is asked for, and never again. When
 * `tick` resolves the DOM is complete and nothing of it has been painted yet.
 */
export function hydration(atEnd?: () => void): 'server' | 'hydrating' | 'live' {
  if (typeof document === 'undefined') return 'server';
  if (!phase) {
    phase = hasServerHtml() ? 'hydrating' : 'live';
    if (phase === 'hydrating') void tick().then(end);
  }
  if (phase === 'hydrating' && atEnd) waiting.push(atEnd);
  return phase;
}

function end(): void {
  phase = 'live';
  for (const tell of waiting.splice(0)) tell();
}

function hasServerHtml(): boolean {
  const comments = document.createTreeWalker(document, NodeFilter.SHOW_COMMENT);
  while (comments.nextNode()) if (comments.currentNode.nodeValue === '[') return true;
  return false;
}
