import type { Persisted } from '@holdfast/core';
import { describe } from './describe.ts';

const LENGTH = 10;

/** What the log needs of a key of any type. */
type Followed = Pick<Persisted<unknown>, 'name' | 'get' | 'initial' | 'subscribe' | 'status'> & { readonly ready: Promise<unknown> };

export interface EventLog {
  /** Notes each change of the value, and whether it was made here or in another tab. */
  follow(key: Followed): void;
  note(name: string, what: string, detail?: string): void;
}

/** Shows the last events in a list; one that repeats itself is counted. */
export function eventLog(list: HTMLElement): EventLog {
  let last = '';
  let times = 0;

  function note(name: string, what: string, detail = ''): void {
    const event = `${name} ${what}`;
    times = event === last ? times + 1 : 1;
    if (event === last) list.firstElementChild?.remove();
    last = event;
    const item = document.createElement('li');
    const time = document.createElement('time');
    time.textContent = new Date().toLocaleTimeString();
    const key = document.createElement('code');
    key.textContent = name;
    const text = document.createElement('span');
    text.textContent = [times > 1 ? `${what} ×${times}` : what, detail].filter(Boolean).join(' · ');
    item.append(key, time, text);
    list.prepend(item);
    while (list.children.length > LENGTH) list.lastElementChild?.remove();
  }

  return {
    note,
    follow(key) {
      let hasRead = key.status.get().state !== 'loading';
      const settled = (): void => {
        hasRead = true;
      };
      key.subscribe(() => {
        note(key.name, origin(key, hasRead), describe(key.get()));
        settled();
      });
      key.ready.then(settled, settled);
    },
  };
}

function origin({ get, initial, status }: Followed, hasRead: boolean): string {
  const { pending, capability } = status.get();
  // What is set here waits for storage in the moment in which it is told; what comes from storage does not.
  if (pending || capability === 'memory') return 'set here';
  if (get() === initial()) return 'is its default again';
  return hasRead ? 'arrived from another tab' : 'read from storage';
}
