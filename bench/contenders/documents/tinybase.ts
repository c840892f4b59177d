import { createStore } from 'tinybase';
import { createIndexedDbPersister } from 'tinybase/persisters/persister-indexed-db';
import { createQueries } from 'tinybase/queries';
import type { Doc, DocumentSubject, Question } from '../../groups/document-subject.ts';

/**
 * A store, its queries and its IndexedDB persister. Its results are ids, which flatters it where others give documents. It looks
 * for changes of other tabs once a second, which is not measured.
 */
export async function open(name: string): Promise<DocumentSubject> {
  const store = createStore();
  const persister = createIndexedDbPersister(store, name, 1);
  await persister.load();
  const queries = createQueries(store);
  queries.setQueryDefinition('open', 'docs', ({ select, where }) => {
    for (const cell of ['title', 'status', 'date', 'priority', 'v']) select(cell);
    where('status', 'open');
  });
  const windowOf = (question: Question): [string, string, boolean, number, number | undefined] => [
    'open',
    'date',
    question === 'first',
    0,
    question === 'first' ? 50 : undefined,
  ];
  const setRow = ({ id, ...cells }: Doc): unknown => store.setRow('docs', id, cells as never);
  return {
    insertMany(documents) {
      store.transaction(() => documents.forEach(setRow));
      return persister.save();
    },
    ask: async (question) => queries.getResultSortedRowIds(...windowOf(question)),
    watch(question, told) {
      const listener = queries.addResultSortedRowIdsListener(...windowOf(question), (...[, , , , , , ids]) => told(ids));
      told(queries.getResultSortedRowIds(...windowOf(question)));
      return () => queries.delListener(listener);
    },
    update(id, patch) {
      store.setPartialRow('docs', id, patch as never);
      return persister.save();
    },
    put(document) {
      setRow(document);
      return persister.save();
    },
    shown: (id) => ({ id: id as string, v: store.getCell('docs', id as string, 'v') as number }),
    close: () => persister.destroy(),
  };
}
