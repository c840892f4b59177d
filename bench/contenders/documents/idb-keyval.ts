import { createStore, get, set } from 'idb-keyval';
import type { Doc, DocumentSubject, Question } from '../../groups/document-subject.ts';

/** One value that holds everything, as most code does that persists a store. The last tab to write wins. */
export async function open(name: string): Promise<DocumentSubject> {
  const store = createStore(name, 'values');
  const docs: Map<string, Doc> = (await get('docs', store)) ?? new Map();
  const listeners = new Set<() => void>();

  function ask(question: Question): Doc[] {
    const rows = [...docs.values()].filter(({ status }) => status === 'open');
    return question === 'all' ? rows.sort((a, b) => a.date - b.date) : rows.sort((a, b) => b.date - a.date).slice(0, 50);
  }

  function putAll(documents: readonly Doc[]): Promise<void> {
    for (const document of documents) docs.set(document.id, document);
    for (const listener of listeners) listener();
    return set('docs', docs, store);
  }

  return {
    insertMany: putAll,
    ask: async (question) => ask(question),
    watch(question, told) {
      const listener = (): void => told(ask(question));
      listeners.add(listener);
      listener();
      return () => listeners.delete(listener);
    },
    update: (id, patch) => putAll([{ ...(docs.get(id) as Doc), ...patch }]),
    put: (document) => putAll([document]),
    shown: (row) => row as Doc,
    close: () => {},
  };
}
