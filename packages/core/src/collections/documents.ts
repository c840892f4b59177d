import { StoreError } from '../errors.ts';
import type { Home } from '../home/home.ts';
import { statusSource } from '../home/status.ts';
import { pause } from '../pause.ts';
import type { Where } from '../query/conditions.ts';
import type { Change } from '../views/change.ts';
import { createViews } from '../views/views.ts';
import { attempt, type Participant } from './attempt.ts';
import { type Blobs, createBlobs } from './blobs.ts';
import type { DocumentChange, Stored } from './change.ts';
import { type Collection, type Declared, type Document, VIEWS, type WriteOptions } from './collection.ts';
import { createDraft, type Draft, type Editor } from './editor.ts';
import { createIntake } from './intake.ts';
import { createMirror } from './mirror.ts';
import type { Outgoing } from './outbox.ts';
import { pathOf } from './paths.ts';
import { createReplica } from './replica.ts';
import { shape } from './shape.ts';

/** What one attempt has done to the documents of one collection. Called again with the same attempt where it is done again. */
export type Recorder = (attempt: object, collection: string, effects: readonly Change<object>[]) => void;

/** An open collection, and what a transaction needs of it. */
export interface OpenCollection<Doc> {
  readonly collection: Collection<Doc>;
  readonly participant: Participant<Editor<Doc>, DocumentChange, Outgoing>;
  /** Resolves when the documents are there. @throws {StoreError} where they cannot be read */
  ready(): Promise<void>;
  isReady(): boolean;
  readonly blobs: Blobs;
  /** Hear what every attempt does. */
  readonly recorders: Set<Recorder>;
  get(id: string): Document<Doc> | undefined;
  /** `undefined` before the documents are there. */
  usage(): { readonly documents: number; readonly bytes: number } | undefined;
  /** As they lie in storage, without what is pending. */
  stored(): Iterable<Stored>;
  /** The change that puts a document which was stored elsewhere. @throws {StoreError} `NEWER_DATA`, `MIGRATION_FAILED` */
  adopt(stored: Stored): DocumentChange;
}

export function openDocuments<Doc extends object>(name: string, store: string, declared: Declared<Doc>, home: Home): OpenCollection<Doc> {
  type Found = Document<Doc>;
  const { driver } = home;
  const ports = { pause, ...home.ports };
  const path = pathOf(store, name);
  const { version, options } = declared;
  const status = statusSource(driver.limits?.keeps ?? 'durable');
  const blobs = createBlobs(path, driver, home.format, ports.randomId);
  const { raise, show, accept } = shape(declared, blobs, (error, id) => home.onError(error, `${name}/${id}`));
  const intake = createIntake(declared, { accept }, blobs, ports);
  const mirror = createMirror<Found>({ version, raise, show, changed: (changes) => views.apply(changes) });
  let isWanted = false;
  const views = createViews<Found>({
    documents: mirror,
    ports,
    indexes: options.indexes ?? [],
    wanted() {
      // Once: after a failure the store tries again by itself, and what shows the failure must not do so at each render.
      if (!isWanted) void replica.start();
      isWanted = true;
    },
  });
  const hasUnique = (options.indexes ?? []).some((index) => typeof index === 'object' && 'unique' in index && index.unique);
  const replica = createReplica({
    name,
    path,
    version,
    home,
    mirror: mirror as never,
    status,
    blobs,
    views: views as never,
    isExact: !options.schema,
    loaded: views.loaded,
    failed: views.fail,
  });
  home.add(replica);

  const context = {
    name,
    now: ports.now,
    refuseNewer(id: string): void {
      if (mirror.versionOf(id) > version)
        throw new StoreError('NEWER_DATA', 'Cannot change a document that a newer build wrote. Reload the page');
    },
  };
  const source = { get: mirror.get, values: mirror.values, find: views.find };
  const { outbox } = replica;
  const recorders = new Set<Recorder>();
  /** Edits that wait for the documents. */
  let waiting = 0;
  const participant: Participant<Editor<Doc>, DocumentChange, Outgoing> = {
    ...outbox,
    home,
    draft(newId) {
      const draft = createDraft({ ...context, intake: { ...intake, newId } }, source);
      if (!hasUnique) return draft;
      return {
        ...draft,
        get changes() {
          const conflict = views.conflict(draft.effects());
          if (!conflict) return draft.changes;
          throw new StoreError('DUPLICATE', `Cannot change "${name}": another document has the same ${conflict.keys.join(' and ')}`);
        },
      };
    },
    newId: intake.newId,
    record(attempt, { effects }: Draft<Doc>) {
      for (const recorder of recorders) recorder(attempt, name, effects());
    },
    fail(item, error) {
      outbox.revise(item, []);
      item.settle(error);
    },
  };

  async function ready(): Promise<void> {
    await replica.start();
    const { state, error } = status.get();
    if (state === 'error') throw error;
  }

  /** Blindly, unless what is to be changed depends on what is there. */
  async function edit<R>(work: (editor: Editor<Doc>) => R, how?: WriteOptions, isConditional = false): Promise<R> {
    // At once where it can be: a text field must see its change in the turn of the keystroke. Never before one that waits.
    if (waiting > 0 || status.get().state !== 'ready') {
      waiting++;
      await ready().finally(() => waiting--);
    }
    return attempt((open) => work(open(participant)), isConditional || hasUnique, isStrict(how));
  }

  function isStrict(how: WriteOptions = options): boolean {
    return (how.durability ?? options.durability) === 'strict';
  }

  function editMany(where: Where<Found>, change: (editor: Editor<Doc>, id: string) => unknown, how?: WriteOptions): Promise<number> {
    return edit((editor) => {
      const found = editor.find({ where });
      for (const { _id } of found) change(editor, _id);
      return found.length;
    }, how);
  }

  const collection: Collection<Doc> = {
    name,
    status,
    insertMany(documents, how) {
      const work = (editor: Editor<Doc>): string[] => documents.map(editor.insert);
      const isConditional = documents.some(({ _id }) => _id !== undefined);
      if (isConditional || hasUnique) return edit(work, how, true);
      // New documents hang on nothing: they need not wait for those that are there.
      void replica.start();
      return attempt((open) => work(open(participant)), false, isStrict(how));
    },
    async insert(document, how) {
      return (await collection.insertMany([document], how))[0] as string;
    },
    upsert: (document, how) => edit((editor) => editor.upsert(document), how, true),
    async find(query) {
      await ready();
      return views.findInSlices(query);
    },
    async findOne(query) {
      await ready();
      return typeof query === 'string' ? mirror.get(query) : views.find({ ...query, limit: 1 })[0];
    },
    async count(where) {
      await ready();
      return views.count(where);
    },
    async distinct(path, where) {
      await ready();
      return views.distinct(path, where);
    },
    async explain(query) {
      await ready();
      return views.explain(query);
    },
    update: (id, change, how) => edit((editor) => editor.update(id, change), how, typeof change === 'function'),
    updateMany: (where, change, how) => editMany(where, (editor, id) => editor.update(id, change), how),
    replace: (id, document, how) => edit((editor) => editor.replace(id, document), how),
    delete: (id, how) => edit((editor) => editor.delete(id), how),
    deleteMany: (where, how) => editMany(where, (editor, id) => editor.delete(id), how),
    async drop() {
      await editMany({}, (editor, id) => editor.delete(id));
    },
    live: views.live,
    pages: views.pages,
    [VIEWS]: views,
    document: views.document,
  };
  return {
    collection,
    participant,
    ready,
    isReady: () => status.get().state === 'ready',
    blobs,
    recorders,
    get: mirror.get,
    usage() {
      if (status.get().state !== 'ready') return undefined;
      const bytes = Array.from(blobs.all(), ([, { size }]) => size).reduce((sum, size) => sum + size, replica.bytes());
      return { documents: mirror.size, bytes };
    },
    stored: mirror.confirmed,
    adopt(stored) {
      const current = stored.version < version ? raise(stored, version) : stored;
      if (!current) throw new StoreError('MIGRATION_FAILED', `Cannot take over a document of version ${stored.version}`);
      if (current.version > version) throw new StoreError('NEWER_DATA', `Cannot take over a document of version ${stored.version}`);
      return [(current.document as { _id: string })._id, current.document];
    },
  };
}
