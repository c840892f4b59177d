import { Collection, createIndex, createReactivityAdapter } from '@signaldb/core';
import createIndexedDBAdapter from '@signaldb/indexeddb';
import type { Doc, DocumentSubject, Question } from '../../groups/document-subject.ts';

const OPTIONS = { all: { sort: { date: 1 } }, first: { sort: { date: -1 }, limit: 50 } } as const;

/** With an index of the field that is asked for. It does not hear of other tabs. */
export async function open(name: string): Promise<DocumentSubject> {
  let effect: Effect | undefined;
  const reactivity = createReactivityAdapter({
    create() {
      const dependents = new Set<Effect>();
      return {
        depend() {
          if (effect) dependents.add(effect);
        },
        notify() {
          for (const dependent of dependents) dependent.run();
        },
      };
    },
    isInScope: () => effect !== undefined,
    onDispose: (dispose) => effect?.disposals.push(dispose),
  });
  const docs = new Collection<Doc>({
    name,
    reactivity,
    persistence: createIndexedDBAdapter<Doc, string>(name) as never,
    indices: [createIndex('status')] as never,
  });
  docs.setMaxListeners(5_000);
  await docs.isReady();

  const find = (question: Question): readonly Doc[] => docs.find({ status: 'open' }, OPTIONS[question] as never).fetch();

  /** The last push that a change leads to has ended: a bulk insert takes several. */
  async function stored(change: () => unknown): Promise<void> {
    const pushed = new Promise<void>((resolve) => {
      docs.once('persistence.pushCompleted', resolve);
    });
    change();
    await pushed;
    while (docs.isPushing()) await new Promise<void>((resolve) => docs.once('persistence.pushCompleted', resolve));
  }

  return {
    insertMany: (documents) => stored(() => docs.insertMany([...documents])),
    ask: async (question) => find(question),
    watch(question, told) {
      const own: Effect = {
        disposals: [],
        run() {
          queueMicrotask(look);
        },
      };
      function look(): void {
        for (const dispose of own.disposals.splice(0)) dispose();
        effect = own;
        const rows = find(question);
        effect = undefined;
        told(rows);
      }
      look();
      return () => {
        for (const dispose of own.disposals.splice(0)) dispose();
        own.run = () => {};
      };
    },
    update: (id, patch) => stored(() => docs.updateOne({ id }, { $set: patch })),
    put: (document) => stored(() => docs.insert(document)),
    shown: (row) => row as Doc,
    close: () => docs.dispose(),
  };
}

interface Effect {
  run(): void;
  readonly disposals: (() => void)[];
}
