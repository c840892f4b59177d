import { addRxPlugin, createRxDatabase, type RxDocument, type RxQuery } from 'rxdb/plugins/core';
import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie';
import { RxDBUpdatePlugin } from 'rxdb/plugins/update';
import type { Doc, DocumentSubject, Question } from '../../groups/document-subject.ts';

addRxPlugin(RxDBUpdatePlugin);

const SCHEMA = {
  version: 0,
  primaryKey: 'id',
  type: 'object',
  properties: {
    id: { type: 'string', maxLength: 20 },
    title: { type: 'string' },
    status: { type: 'string', maxLength: 10 },
    date: { type: 'number', minimum: 0, maximum: 2e12, multipleOf: 1 },
    priority: { type: 'number' },
    tags: { type: 'array', items: { type: 'string' } },
    v: { type: 'number' },
  },
  required: ['id', 'status', 'date'],
  indexes: [['status', 'date']],
} as const;

/** The free storage, with a compound index of fields whose lengths and bounds are known, as its manual asks for. */
export async function open(name: string): Promise<DocumentSubject> {
  const database = await createRxDatabase({ name, storage: getRxStorageDexie(), multiInstance: true, eventReduce: true });
  const { docs } = await database.addCollections({ docs: { schema: SCHEMA as never } });
  const query = (question: Question): RxQuery<Doc, RxDocument<Doc>[]> =>
    docs.find(
      question === 'all'
        ? { selector: { status: 'open' }, sort: [{ date: 'asc' }] }
        : { selector: { status: 'open' }, sort: [{ date: 'desc' }], limit: 50 },
    ) as never;
  return {
    followsTabs: true,
    async insertMany(documents) {
      const { error } = await docs.bulkInsert(documents as Doc[]);
      if (error.length > 0) throw new Error(`${error.length} documents were refused`);
    },
    ask: (question) => query(question).exec(),
    watch(question, told) {
      const subscription = query(question).$.subscribe(told);
      return () => subscription.unsubscribe();
    },
    async update(id, patch) {
      const document = (await docs.findOne(id).exec()) as RxDocument<Doc>;
      await document.incrementalPatch(patch);
    },
    put: (document) => docs.upsert(document),
    shown: (row) => row as Doc,
    close: () => database.close(),
  };
}
