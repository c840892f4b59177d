import {
  BTreeIndex,
  type Collection,
  createCollection,
  createLiveQueryCollection,
  eq,
  localOnlyCollectionOptions,
  localStorageCollectionOptions,
} from '@tanstack/db';
import type { Doc, DocumentSubject, Question } from '../../groups/document-subject.ts';
import { documents } from '../../groups/documents.ts';

// Without an index by default a live query with a limit takes 146 ms for each change.
const COMMON = { getKey: ({ id }: Doc) => id, autoIndex: 'eager', defaultIndexType: BTreeIndex } as const;

export async function onLocalStorage(name: string): Promise<DocumentSubject> {
  const docs = createCollection(localStorageCollectionOptions<Doc>({ ...COMMON, id: name, storageKey: name }));
  docs.startSyncImmediate();
  await docs.preload();
  return { followsTabs: true, ...subjectOf(docs as never) };
}

/** Keeps nothing: filled anew in every process. */
export async function inMemory(name: string, count: number): Promise<DocumentSubject> {
  const docs = createCollection(localOnlyCollectionOptions<Doc>({ ...COMMON, id: name, initialData: documents(count) }));
  docs.startSyncImmediate();
  await docs.preload();
  return subjectOf(docs as never);
}

type Docs = Collection<Doc, string>;

function subjectOf(docs: Docs): DocumentSubject {
  const queries = new Map<Question, ReturnType<typeof openQuery>>();

  function openQuery(question: Question): Collection<Doc, string> {
    return createLiveQueryCollection({
      startSync: true,
      query: (q) => {
        const found = q.from({ doc: docs }).where(({ doc }) => eq(doc.status, 'open'));
        return question === 'all' ? found.orderBy(({ doc }) => doc.date, 'asc') : found.orderBy(({ doc }) => doc.date, 'desc').limit(50);
      },
    }) as never;
  }

  async function queryOf(question: Question): Promise<Docs> {
    const query = queries.get(question) ?? openQuery(question);
    queries.set(question, query);
    await query.preload();
    return query;
  }

  return {
    insertMany: (all) => docs.insert([...all]).isPersisted.promise,
    ask: async (question) => (await queryOf(question)).toArray,
    watch(question, told) {
      let stop = (): void => {};
      let isStopped = false;
      void queryOf(question).then((query) => {
        if (isStopped) return;
        // Not by default: without it deletes of rows that were there before are not told.
        const subscription = query.subscribeChanges(() => told(query.toArray), { includeInitialState: false });
        stop = () => subscription.unsubscribe();
        told(query.toArray);
      });
      return () => {
        isStopped = true;
        stop();
      };
    },
    update: (id, patch) => docs.update(id, (draft) => void Object.assign(draft, patch)).isPersisted.promise,
    put: (document) => docs.insert(document).isPersisted.promise,
    shown: (row) => row as Doc,
    close: () => docs.cleanup(),
  };
}
