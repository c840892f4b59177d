import type { Collection } from '@holdfast/core';
import type { CollectionHarness, ListOptions, MountedList, Note, NoteQuery } from '@holdfast/core/testing';
import { flushSync, mount, unmount } from 'svelte';
import type { CollectionState } from '../src/index.ts';
import { harness } from './harness.svelte.ts';
import List from './List.svelte';
import One from './One.svelte';

/** How the laws of collections see Svelte: what is counted is how often the text of a row is computed. */
export const collectionHarness: CollectionHarness = {
  act: harness.act,
  list(notes: Collection<Note>, first: NoteQuery, { snapshot }: ListOptions = {}): MountedList {
    const target = document.body.appendChild(document.createElement('div'));
    const renders = new Map<string, number>();
    let state: CollectionState<Note> | undefined;
    let query = $state.raw(first);
    const component = mount(List, {
      target,
      props: {
        notes,
        get query() {
          return query;
        },
        snapshot,
        onState: (next) => {
          state = next;
        },
        onRow: (id) => renders.set(id, (renders.get(id) ?? 0) + 1),
      },
    });
    flushSync();
    const now = (): CollectionState<Note> => state as CollectionState<Note>;
    return {
      text: () => Array.from(target.querySelectorAll('li'), (row) => row.textContent).join(),
      result: now,
      actions: now,
      renders: (id) => renders.get(id) ?? 0,
      ask(next) {
        query = next;
      },
      unmount: ending(component, target),
    };
  },
  one(notes: Collection<Note>, id: string) {
    const target = document.body.appendChild(document.createElement('div'));
    let renders = 0;
    const component = mount(One, { target, props: { notes, id, onRead: () => renders++ } });
    flushSync();
    return { text: () => target.textContent.trim(), renders: () => renders, unmount: ending(component, target) };
  },
};

function ending(component: object, target: HTMLElement): () => void {
  let isMounted = true;
  return () => {
    if (isMounted) void unmount(component);
    isMounted = false;
    target.remove();
  };
}
