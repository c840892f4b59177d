import { StoreError } from '../errors.ts';
import { migrate, validate } from '../schema.ts';
import type { Blobs } from './blobs.ts';
import type { Raise, Stored } from './change.ts';
import type { Declared, Document } from './collection.ts';

/** How stored documents and those of the app become each other. */
export interface Shape<Doc> {
  readonly raise: Raise;
  /** What the app sees. `undefined`: it does not migrate or validate; it is kept, and `failed` has been told, once a document. */
  show(stored: Stored): Document<Doc> | undefined;
  /** A document of the app as it is stored. @throws {StoreError} `INVALID_VALUE` */
  accept(document: object): Document<Doc>;
}

export function shape<Doc extends object>(
  declared: Declared<Doc>,
  blobs: Blobs,
  failed: (error: StoreError, id: string) => void,
): Shape<Doc> {
  const { version } = declared;
  /** What the schema has seen: it need not see it again. */
  const accepted = new WeakSet<object>();
  const told = new Set<string>();

  function raise(stored: Stored, to: number): Stored | undefined {
    if (to > version) return undefined;
    try {
      const document = migrate({ value: blobs.raise(stored.document), version: stored.version }, declared, to) as object;
      return { document: blobs.lower(withSystemFields(document, stored.document)), version: to };
    } catch (error) {
      tell(stored, error);
      return undefined;
    }
  }

  function accept(document: object): Document<Doc> {
    if (!declared.options.schema) return document as Document<Doc>;
    const valid = withSystemFields(validate(declared, document) as object, document) as Document<Doc>;
    accepted.add(valid);
    return valid;
  }

  function tell({ document }: Stored, error: unknown): void {
    const { _id } = document as Document<Doc>;
    if (told.has(_id)) return;
    told.add(_id);
    failed(error instanceof StoreError ? error : new StoreError('CORRUPT', 'Cannot read a document', { cause: error }), _id);
  }

  return {
    raise,
    accept,
    show(stored) {
      const current = stored.version < version ? raise(stored, version) : stored;
      if (!current) return undefined;
      const document = blobs.raise(current.document);
      if (accepted.has(document)) return document as Document<Doc>;
      try {
        return accept(document);
      } catch (error) {
        tell(
          stored,
          stored.version > version ? new StoreError('NEWER_DATA', `Cannot show a document of version ${stored.version}`) : error,
        );
        return undefined;
      }
    },
  };
}

/** A migration or a schema may leave out what is not its business. */
function withSystemFields(document: object, from: object): object {
  const { _id, _created, _updated } = from as Document<object>;
  const { _id: id, _created: created, _updated: updated } = document as Document<object>;
  return id === _id && created === _created && updated === _updated ? document : { ...document, _id, _created, _updated };
}
