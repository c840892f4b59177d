import { type Collection, collection, createStore, type Document } from '@holdfast/core';
import { indexedDb } from '@holdfast/core/drivers/indexed-db';
import type { Doc, DocumentSubject, Question } from '../../groups/document-subject.ts';

type Row = Omit<Doc, 'id'>;

const QUERIES: Record<Question, Parameters<Collection<Row>['live']>[0]> = {
  all: { where: { status: 'open' }, sort: { date: 1 } },
  first: { where: { status: 'open' }, sort: { date: -1 }, limit: 50 },
};

export function open(name: string): DocumentSubject {
  const store = createStore({ name, storage: indexedDb(), collections: { docs: collection<Row>() } });
  const { docs } = store.collections;
  const live = (question: Question): ReturnType<typeof docs.live> => docs.live(QUERIES[question]);
  return {
    followsTabs: true,
    prepare: (documents) => documents.map(({ id, ...fields }) => ({ _id: id, ...fields }) as never),
    insertMany: (documents) => docs.insertMany(documents),
    ask: async (question) => (question === 'all' ? docs.find(QUERIES.all) : (await live('first').ready).get().data),
    watch(question, told) {
      const query = live(question);
      const stop = query.subscribe(() => told(query.get().data));
      told(query.get().data);
      return stop;
    },
    update: (id, patch) => docs.update(id, patch as Partial<Row>),
    put: ({ id, ...fields }) => docs.upsert({ _id: id, ...fields }),
    shown(row) {
      const { _id, v } = row as Document<Row>;
      return { id: _id, v };
    },
    close: () => store.close(),
  };
}
