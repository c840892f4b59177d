import { equal } from '../equal.ts';
import { StoreError } from '../errors.ts';
import { inspect } from '../inspect.ts';
import type { Home } from '../keys/home.ts';
import { statusSource } from '../keys/status.ts';
import type { Where } from '../query/conditions.ts';
import { storable } from '../query/storable.ts';
import { resolveUpdate } from '../query/update.ts';
import type { Update } from '../query/update-type.ts';
import { createViews } from '../views/views.ts';
import { createBlobs } from './blobs.ts';
import { type DocumentChange, differences } from './change.ts';
import type { Collection, CollectionKey, Document, NewDocument } from './collection.ts';
import { createMirror } from './mirror.ts';
import type { Derive } from './outbox.ts';
import { pathOf } from './paths.ts';
import { createReplica } from './replica.ts';
import { shape } from './shape.ts';
import { timeOrderedIds } from './time-ordered-ids.ts';

export function openDocuments<Doc extends object>(name: string, store: string, declared: CollectionKey<Doc>, home: Home): Collection<Doc> {
  type Found = Document<Doc>;
  const { ports, driver } = home;
  const path = pathOf(store, name);
  const status = statusSource(driver.limits?.keeps ?? 'durable');
  const newId = timeOrderedIds(ports);
  const blobs = createBlobs(path, driver, home.format, ports.randomId);
  const { raise, show, accept } = shape(declared, blobs, (error, id) => home.onError(error, `${name}/${id}`));
  const mirror = createMirror<Found>({ version: declared.version, raise, show, changed: (changes) => views.apply(changes) });
  const views = createViews<Found>({ documents: mirror, ports });
  const replica = createReplica({
    name,
    path,
    version: declared.version,
    home,
    mirror: mirror as never,
    status,
    blobs,
    loaded: views.loaded,
    failed: views.fail,
  });
  home.add(replica);

  /** Resolves when the documents are there. @throws {StoreError} where they cannot be read */
  async function ready(): Promise<void> {
    await replica.start();
    const { state, error } = status.get();
    if (state === 'error') throw error;
  }

  /** A document as it is shown and stored: a copy, without what JSON would leave out too. */
  function take(document: NewDocument<Doc>, id: string, created: number): Found {
    if (typeof id !== 'string' || id === '')
      throw new StoreError('INVALID_ARGUMENT', 'Cannot use this _id: it is a text that is not empty');
    inspect(document, 'clone');
    const now = ports.now();
    return accept({ ...structuredClone(storable(document, 'document')), _id: id, _created: created, _updated: now });
  }

  function edit(fresh: Found, change: Update<Doc>): DocumentChange | undefined {
    refuseNewer(fresh._id);
    const { document, operations } = resolveUpdate(fresh, change as Update<Found>, ports.now);
    if (operations.length === 0) return undefined;
    inspect(document, 'clone');
    const valid = accept(document);
    return [fresh._id, blobs.lower(valid === document || equal(valid, document) ? operations : differences(fresh, valid))] as const;
  }

  function refuseNewer(id: string): void {
    if (mirror.versionOf(id) > declared.version)
      throw new StoreError('NEWER_DATA', 'Cannot change a document that a newer build wrote. Reload the page');
  }

  /** Changes what is there now, and again on top of what others wrote, until nobody has come between. */
  async function derived(derive: Derive): Promise<void> {
    await ready();
    const changes = derive(mirror.get);
    if (changes.length > 0) await replica.write(changes, derive);
  }

  async function insertMany(documents: readonly NewDocument<Doc>[]): Promise<string[]> {
    const now = ports.now();
    const taken = documents.map((document) => take(document, document._id ?? newId(), now));
    const changes = taken.map((document) => [document._id, blobs.lower(document)] as const);
    const chosen = documents.flatMap(({ _id }) => (_id === undefined ? [] : [_id]));
    const derive: Derive = (read) => {
      const double = chosen.find((id, index) => read(id) || chosen.indexOf(id) !== index);
      if (double !== undefined) throw new StoreError('DUPLICATE', `Cannot insert into "${name}": there is a document with this _id`);
      return changes;
    };
    void replica.start();
    if (chosen.length > 0) await derived(derive);
    else if (changes.length > 0) await replica.write(changes);
    return taken.map(({ _id }) => _id);
  }

  async function changeMany(where: Where<Found>, change: (document: Found) => DocumentChange | undefined): Promise<number> {
    await ready();
    const found = views.find({ where });
    const changes = found.map(change).filter((each) => each !== undefined);
    if (changes.length > 0) await replica.write(changes);
    return found.length;
  }

  function open<T>(made: T): T {
    void replica.start();
    return made;
  }

  return {
    name,
    status,
    insertMany,
    async insert(document) {
      return (await insertMany([document]))[0] as string;
    },
    async upsert(document) {
      const { _id = newId(), ...fields } = document;
      const fresh = take(document, _id, ports.now());
      await derived((read) => {
        const known = read(_id) as Found | undefined;
        const change = known ? edit(known, fields as Update<Doc>) : ([_id, blobs.lower(fresh)] as const);
        return change ? [change] : [];
      });
      return _id;
    },
    async find(query) {
      await ready();
      return views.find(query);
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
    async update(id, change) {
      let isFound = false;
      const derive: Derive = (read) => {
        const fresh = read(id) as Found | undefined;
        isFound = fresh !== undefined;
        const changed = fresh && edit(fresh, typeof change === 'function' ? change(fresh) : change);
        return changed ? [changed] : [];
      };
      if (typeof change === 'function') await derived(derive);
      else {
        await ready();
        const changes = derive(mirror.get);
        if (changes.length > 0) await replica.write(changes);
      }
      return isFound;
    },
    updateMany: (where, change) => changeMany(where, (document) => edit(document, change)),
    async replace(id, document) {
      await ready();
      const before = mirror.get(id);
      if (!before) return false;
      refuseNewer(id);
      const after = take(document, id, before._created);
      if (!equal({ ...after, _updated: before._updated }, before)) await replica.write([[id, blobs.lower(after)]]);
      return true;
    },
    async delete(id) {
      await ready();
      if (!mirror.get(id)) return false;
      await replica.write([remove(id)]);
      return true;
    },
    deleteMany: (where) => changeMany(where, ({ _id }) => remove(_id)),
    async drop() {
      await changeMany({}, ({ _id }) => remove(_id));
    },
    live: (query) => open(views.live(query)),
    document: (id) => open(views.document(id)),
  };

  function remove(id: string): DocumentChange {
    refuseNewer(id);
    return [id];
  }
}
