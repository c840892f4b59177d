import { openDB } from 'idb';
import type { Doc, DocumentSubject, Question } from '../../groups/document-subject.ts';

const RELAXED = { durability: 'relaxed' } as const;

/** Records and an index by hand, and the query run again after each write: what one writes without a library on top. */
export async function open(name: string): Promise<DocumentSubject> {
  const database = await openDB(name, 1, {
    upgrade: (upgraded) => {
      upgraded.createObjectStore('docs', { keyPath: 'id' }).createIndex('status-date', ['status', 'date']);
    },
  });
  const range = IDBKeyRange.bound(['open', Number.NEGATIVE_INFINITY], ['open', Number.POSITIVE_INFINITY]);
  const listeners = new Set<() => void>();

  async function ask(question: Question): Promise<Doc[]> {
    if (question === 'all') return database.getAllFromIndex('docs', 'status-date', range);
    const rows: Doc[] = [];
    let cursor = await database.transaction('docs').store.index('status-date').openCursor(range, 'prev');
    for (; cursor && rows.length < 50; cursor = await cursor.continue()) rows.push(cursor.value);
    return rows;
  }

  async function putAll(documents: readonly Doc[]): Promise<void> {
    const transaction = database.transaction('docs', 'readwrite', RELAXED);
    for (const document of documents) void transaction.store.put(document);
    await transaction.done;
    for (const listener of listeners) listener();
  }

  return {
    insertMany: putAll,
    ask,
    watch(question, told) {
      const listener = (): unknown => ask(question).then(told);
      listeners.add(listener);
      listener();
      return () => listeners.delete(listener);
    },
    async update(id, patch) {
      const transaction = database.transaction('docs', 'readwrite', RELAXED);
      await transaction.store.put({ ...(await transaction.store.get(id)), ...patch });
      await transaction.done;
      for (const listener of listeners) listener();
    },
    put: (document) => putAll([document]),
    shown: (row) => row as Doc,
    close: () => database.close(),
  };
}
