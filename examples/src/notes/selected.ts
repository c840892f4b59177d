import type { Observable } from '@holdfast/core';

const current = (): string | undefined => decodeURIComponent(location.hash.slice(1)) || undefined;

/** The note that is open, by the address of the page: a link opens it in another tab. */
export const selected: Observable<string | undefined> = {
  get: current,
  initial: () => undefined,
  subscribe(listener) {
    addEventListener('hashchange', listener);
    return () => removeEventListener('hashchange', listener);
  },
};

export function select(id: string | undefined): void {
  location.replace(`#${encodeURIComponent(id ?? '')}`);
}
