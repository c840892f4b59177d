import Loki from 'lokijs';
// @ts-expect-error: it has no types
import IncrementalIndexedDBAdapter from 'lokijs/src/incremental-indexeddb-adapter';
import type { Doc, DocumentSubject, Question } from '../../groups/document-subject.ts';

/** Its incremental adapter, which stores chunks of 100. Rows are the very objects that it changes. It does not hear of other tabs. */
export async function open(name: string): Promise<DocumentSubject> {
  const database = await new Promise<Loki>((resolve) => {
    const loki: Loki = new Loki(name, {
      adapter: new IncrementalIndexedDBAdapter(),
      autosave: false,
      autoload: true,
      autoloadCallback: () => resolve(loki),
    });
  });
  const docs: Collection<Doc> =
    database.getCollection<Doc>('docs') ?? database.addCollection<Doc>('docs', { unique: ['id'], indices: ['status'], disableMeta: true });
  const listeners = new Set<() => void>();
  const views = new Map<Question, DynamicView<Doc>>();
  let saving: Promise<void> = Promise.resolve();

  function ask(question: Question): readonly Doc[] {
    let view = views.get(question);
    if (!view) {
      view = docs.addDynamicView(`open-${question}`);
      view.applyFind({ status: 'open' });
      view.applySimpleSort('date', { desc: question === 'first' });
      views.set(question, view);
    }
    const rows = view.data();
    return question === 'first' ? rows.slice(0, 50) : rows.slice();
  }

  /** One at a time. */
  function save(): Promise<void> {
    for (const listener of listeners) listener();
    saving = saving.then(
      () => new Promise<void>((resolve, reject) => database.saveDatabase((error?: unknown) => (error ? reject(error) : resolve()))),
    );
    return saving;
  }

  return {
    insertMany(documents) {
      docs.insert(documents.map((document) => ({ ...document })));
      return save();
    },
    ask: async (question) => ask(question),
    watch(question, told) {
      const listener = (): void => told(ask(question));
      listeners.add(listener);
      listener();
      return () => listeners.delete(listener);
    },
    update(id, patch) {
      docs.update(Object.assign(docs.by('id', id) as Doc, patch));
      return save();
    },
    put(document) {
      docs.insert({ ...document });
      return save();
    },
    shown: (row) => row as Doc,
    close: () => database.close(),
  };
}
