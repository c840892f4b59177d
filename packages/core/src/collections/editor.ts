import { equal } from '../equal.ts';
import { StoreError } from '../errors.ts';
import { type Query, windowOf } from '../query/query.ts';
import type { Update } from '../query/update-type.ts';
import type { Change, Documents } from '../views/change.ts';
import { compileQuery } from '../views/search.ts';
import type { DocumentChange } from './change.ts';
import type { Document, DocumentUpdate, NewDocument } from './collection.ts';
import type { Intake } from './intake.ts';

/** Reads and changes the documents of one collection at once, without waiting. What it has changed it reads. */
export interface Editor<Doc> {
  get(id: string): Document<Doc> | undefined;
  find(query?: Query<Document<Doc>>): Document<Doc>[];
  /** @throws {StoreError} `DUPLICATE`, and what every change may throw: `INVALID_ARGUMENT`, `INVALID_VALUE`, `UNSUPPORTED_VALUE`, `NEWER_DATA` */
  insert(document: NewDocument<Doc>): string;
  /** Sets the fields of the document with this `_id`, or inserts it. */
  upsert(document: NewDocument<Doc>): string;
  /** False where there is no such document. */
  update(id: string, change: DocumentUpdate<Doc>): boolean;
  replace(id: string, document: NewDocument<Doc>): boolean;
  delete(id: string): boolean;
}

/** An editor and what it has done so far. */
export interface Draft<Doc> {
  readonly editor: Editor<Doc>;
  readonly changes: readonly DocumentChange[];
  /** Each document that it has changed, once; to be asked for before the changes are shown. */
  effects(): Change<Document<Doc>>[];
}

export interface DraftContext<Doc> {
  readonly name: string;
  readonly intake: Intake<Doc>;
  readonly now: () => number;
  /** @throws {StoreError} `NEWER_DATA` */
  readonly refuseNewer: (id: string) => void;
}

/** @param source The documents on top of which it works; `find` of the source where nothing is changed yet. */
export function createDraft<Doc extends object>(
  { name, intake, now, refuseNewer }: DraftContext<Doc>,
  source: Pick<Documents<Document<Doc>>, 'get' | 'values'> & { find(query?: Query<Document<Doc>>): Document<Doc>[] },
): Draft<Doc> {
  type Found = Document<Doc>;
  const changes: DocumentChange[] = [];
  /** As they are by now. */
  const changed = new Map<string, Found | undefined>();

  function get(id: string): Found | undefined {
    return changed.get(id) ?? (changed.has(id) ? undefined : source.get(id));
  }

  function put(id: string, after: Found | undefined, change: DocumentChange): void {
    changed.set(id, after);
    changes.push(change);
  }

  function insert(given: NewDocument<Doc>, id = given._id ?? intake.newId()): string {
    if (get(id)) throw new StoreError('DUPLICATE', `Cannot insert into "${name}": there is a document with this _id`);
    const { document, change } = intake.document(given, id, now());
    put(id, document, change);
    return id;
  }

  function update(id: string, change: DocumentUpdate<Doc>): boolean {
    const fresh = get(id);
    if (!fresh) return false;
    refuseNewer(id);
    const taken = intake.update(fresh, typeof change === 'function' ? change(fresh) : change);
    if (taken) put(id, taken.document, taken.change);
    return true;
  }

  return {
    changes,
    effects: () =>
      Array.from(changed, ([id, after]) => ({ id, before: source.get(id), after })).filter(({ before, after }) => before !== after),
    editor: {
      get,
      find(query = {}) {
        if (changed.size === 0) return source.find(query);
        const { isMatch, order } = compileQuery(query);
        const { start, end } = windowOf(query as Query<never>);
        const others = Array.from(source.values()).filter(({ _id }) => !changed.has(_id));
        return [...others, ...changed.values()]
          .filter((document): document is Found => document !== undefined && isMatch(document))
          .sort(order)
          .slice(start, end);
      },
      insert: (document) => insert(document),
      update,
      upsert(document) {
        const { _id = intake.newId(), ...fields } = document;
        return update(_id, fields as Update<Doc>) ? _id : insert(document, _id);
      },
      replace(id, given) {
        const before = get(id);
        if (!before) return false;
        refuseNewer(id);
        const { document, change } = intake.document(given, id, before._created);
        if (!equal({ ...document, _updated: before._updated }, before)) put(id, document, change);
        return true;
      },
      delete(id) {
        if (!get(id)) return false;
        refuseNewer(id);
        put(id, undefined, [id]);
        return true;
      },
    },
  };
}
