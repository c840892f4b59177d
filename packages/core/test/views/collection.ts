import * as fc from 'fast-check';
import type { Ports } from '../../src/ports.ts';
import type { Change } from '../../src/views/change.ts';
import { createViews, type Views, type ViewsOptions } from '../../src/views/views.ts';
import { type Doc, document } from '../query/documents.ts';

/** Documents in memory and what is derived from them, without a storage. */
export interface TestCollection {
  readonly documents: Map<string, Doc>;
  readonly views: Views<Doc>;
  /** Each document instead of the one with its `_id`; `undefined` deletes it. */
  write(next: Record<string, Doc | undefined>): void;
}

const still: Pick<Ports, 'now' | 'delay'> = { now: () => 0, delay: () => () => {} };

export function createCollection(
  first: readonly Doc[] = [],
  { ports = still, indexes = [] }: Partial<Pick<ViewsOptions<Doc>, 'ports' | 'indexes'>> = {},
): TestCollection {
  const documents = new Map(first.map((each) => [each._id, each]));
  const views = createViews<Doc>({ documents, indexes, ports });
  return {
    documents,
    views,
    write(next) {
      const changes: Change<Doc>[] = [];
      for (const [id, after] of Object.entries(next)) {
        const before = documents.get(id);
        if (before === after) continue;
        if (after) documents.set(id, after);
        else documents.delete(id);
        changes.push({ id, before, after });
      }
      views.apply(changes);
    },
  };
}

export function open(...options: Parameters<typeof createCollection>): TestCollection {
  const collection = createCollection(...options);
  collection.views.loaded();
  return collection;
}

/** A clock that goes on by a millisecond whenever it is looked at, and tasks that run when the test says so. */
export function slowPorts(): { readonly ports: Pick<Ports, 'now' | 'delay'>; readonly tasks: (() => void)[] } {
  const tasks: (() => void)[] = [];
  let nowMs = 0;
  const ports: Pick<Ports, 'now' | 'delay'> = {
    now: () => nowMs++,
    delay(work, ms) {
      if (ms === 0) tasks.push(work);
      return () => tasks.splice(tasks.indexOf(work), 1);
    },
  };
  return { ports, tasks };
}

export function doc(_id: string, fields: object = {}): Doc {
  return { _id, ...fields };
}

export function ids(all: readonly Doc[]): string[] {
  return all.map(({ _id }) => _id);
}

const IDS = Array.from({ length: 12 }, (_, index) => `d${index}`);

/** Documents for some of a dozen ids. */
export const documents: fc.Arbitrary<Doc[]> = fc
  .dictionary(fc.constantFrom(...IDS), document, { maxKeys: IDS.length, size: 'max' })
  .map((all) => Object.entries(all).map(([_id, each]) => ({ ...each, _id })));

/** Up to a dozen changes at once, half of them small steps. */
export const batches: fc.Arbitrary<Record<string, Doc | undefined>[]> = fc.array(
  fc
    .uniqueArray(fc.tuple(fc.constantFrom(...IDS), fc.option(document, { nil: undefined, freq: 3 })), {
      selector: ([id]) => id,
      minLength: 1,
      maxLength: IDS.length,
    })
    .map((all) => Object.fromEntries(all.map(([_id, each]) => [_id, each && { ...each, _id }]))),
  { minLength: 1, maxLength: 4 },
);
