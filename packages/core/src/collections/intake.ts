import { equal } from '../equal.ts';
import { StoreError } from '../errors.ts';
import { inspect } from '../inspect.ts';
import type { Ports } from '../ports.ts';
import { storable } from '../query/storable.ts';
import { resolveUpdate } from '../query/update.ts';
import type { Update } from '../query/update-type.ts';
import type { Blobs } from './blobs.ts';
import { type DocumentChange, differences } from './change.ts';
import type { Declared, Document, NewDocument } from './collection.ts';
import { plainCopy } from './plain-copy.ts';
import type { Shape } from './shape.ts';
import { timeOrderedIds } from './time-ordered-ids.ts';

/** What becomes of a document: how it is shown, and what goes into the log. */
export interface Taken<Doc> {
  readonly document: Document<Doc>;
  readonly change: DocumentChange;
}

/** The door through which documents and updates of the app come in: copied, checked, and turned into changes. */
export interface Intake<Doc> {
  newId(): string;
  /** @throws {StoreError} `INVALID_ARGUMENT`, `INVALID_VALUE`, `UNSUPPORTED_VALUE` */
  document(given: NewDocument<Doc>, id: string, createdMs: number): Taken<Doc>;
  /** `undefined` where nothing changes. @throws {StoreError} as above */
  update(fresh: Document<Doc>, change: Update<Doc>): Taken<Doc> | undefined;
}

export function createIntake<Doc extends object>(
  { options }: Declared<Doc>,
  { accept }: Pick<Shape<Doc>, 'accept'>,
  blobs: Blobs,
  ports: Ports,
): Intake<Doc> {
  return {
    newId: timeOrderedIds(ports),
    document(given, id, createdMs) {
      if (typeof id !== 'string' || id === '')
        throw new StoreError('INVALID_ARGUMENT', 'Cannot use this _id: it is a text that is not empty');
      const plain = plainCopy(given);
      const copied = Object.assign(plain ?? copyOf(given), {
        _id: id,
        _created: createdMs,
        _updated: ports.now(),
      }) as unknown as Document<Doc>;
      const document = accept(copied);
      return { document, change: [id, plain && document === copied ? document : blobs.lower(document)] };
    },
    update(fresh, change) {
      const { document, operations } = resolveUpdate(fresh, change as Update<Document<Doc>>, ports.now);
      if (operations.length === 0) return undefined;
      inspect(document, 'clone');
      const valid = accept(document);
      // A schema may add to what was asked for.
      const asked = !options.schema || equal(valid, document) ? operations : differences(fresh, valid);
      const lowered: DocumentChange = [fresh._id, blobs.lower(asked)];
      // A Blob of another document: that one may be gone by now, and its Blob with it.
      blobs.renew([lowered], fresh);
      return { document: valid, change: lowered };
    },
  };
}

function copyOf(given: object): object {
  inspect(given, 'clone');
  return structuredClone(storable(given, 'document'));
}
