import * as React from 'react';

/**
 * Waits for the first result, in a browser: a server shows what there is. A failure reaches the error boundary as long as `isFailed`
 * says so. Once called in a component it is called in each render, because React demands that of `use`.
 * @param loaded `undefined`: there is nothing to wait for in this render.
 */
export function suspend(loaded: { readonly ready: Promise<unknown> } | undefined, isFailed: () => boolean): void {
  if (typeof window === 'undefined') return;
  const ready = loaded?.ready ?? SETTLED;
  // It stays rejected for ever, also when a later try has worked.
  const awaited = outcomeOf(ready).status === 'rejected' && !isFailed() ? SETTLED : ready;
  const { status, reason } = outcomeOf(awaited);
  if ('use' in React) React.use(awaited);
  // React 18 waits for a promise that is thrown.
  else if (status !== 'fulfilled') throw reason ?? awaited;
}

const SETTLED: Promise<unknown> = Object.assign(Promise.resolve(), { status: 'fulfilled', value: undefined });

/** What React and the core note at a promise. */
function outcomeOf(promise: Promise<unknown>): { readonly status?: string; readonly reason?: unknown } {
  return promise as { readonly status?: string };
}
