import { pathOf } from '../../src/collections/paths.ts';
import { equal } from '../../src/equal.ts';
import { collection, type Document, type LiveQuery, type Store } from '../../src/index.ts';
import type { Tab } from './browser.ts';
import type { Computer, Process } from './computer.ts';
import type { Disk, Written } from './disk.ts';
import { type LoggedBatch, type Model, marksOf, modelOf, type Note, summary } from './documents-model.ts';
import { STORE } from './witness.ts';

export type DocumentWork = 'insert' | 'large' | 'edit' | 'hit' | 'count' | 'delete' | 'pair';
export const DOCUMENT_WORKS: readonly DocumentWork[] = ['insert', 'insert', 'edit', 'edit', 'hit', 'hit', 'count', 'delete', 'pair'];

export const collections = {
  notes: collection<Note>({ indexes: ['n'] }),
  pairs: collection<{ of: string }>(),
};

type Declared = Store<Record<never, never>, typeof collections>;

/** What one page shows of the documents. */
interface View {
  readonly tab: Tab;
  readonly store: Declared;
  readonly all: LiveQuery<Document<Note>>;
  readonly top: LiveQuery<Document<Note>>;
  before: ReadonlyMap<string, Document<Note>>;
  /** Has changed what it may have to derive again: then a document may come back equal, and not the same. */
  derives: boolean;
}

/** What is done to documents, and the laws that hold of them. */
export interface Documents {
  open(tab: Tab, store: Declared): void;
  /** Does some work in one turn. What it promises must settle. */
  work(tab: Tab, work: DocumentWork, choice: number, expectEnd: (what: string, promise: Promise<unknown>) => void): void;
  /** After each step: every page shows what its queries would find. */
  look(): void;
  /** What is not as it must be when nothing happens any more. */
  unrest(tab: Tab): string | undefined;
  leave(tab: Tab, isRead: boolean, mayDrop: boolean): void;
  killed(isStillSafe: (atMs: number) => boolean): void;
  lost(commits: number, isStrict: boolean): void;
  cleared(): void;
  /** Nothing happens any more. @param may Which of the promises that some faults break are to be kept. */
  settle(may: { loseAny: boolean; loseCounts: boolean; loseExits: boolean }): void;
}

const LARGE = 'x'.repeat(90_000);
const TOP = { where: { n: { $gte: 1 } }, sort: { n: -1, title: 1 }, limit: 3 } as const;

/**
 * @param options `mayReread`: tabs may have to read everything again; then a document may come back equal, and not the same.
 * `mayNote`: pages may note what they cannot store.
 */
export function documents(
  computer: Computer,
  disk: Disk,
  check: (isKept: boolean, law: string) => void,
  { mayReread, mayNote }: { mayReread: boolean; mayNote: boolean },
): Documents {
  const views: View[] = [];
  const pairs = new Set<string>();
  const model: Model = modelOf();
  let place = 0;
  let marks = 0;
  const acknowledged: { what: string; place: number }[] = [];
  let leaving: { mark: string; isSafe: boolean; atMs: number }[] = [];
  const tries = new Map<string, { hits: number; hitsSaved: number; countsSaved: number }>();
  const of = (id: string) => {
    const found = tries.get(id) ?? { hits: 0, hitsSaved: 0, countsSaved: 0 };
    tries.set(id, found);
    return found;
  };

  const before = disk.onCommit;
  disk.onCommit = (by, written) => {
    before(by, written);
    place++;
    for (const { key, value } of new Map(written.filter(({ store }) => store === 'log').map((row) => [row.key, row])).values())
      committed(by, Number(key), value);
  };

  function committed(by: Process, sequence: number, row: Written['value']): void {
    // A trimmed entry is an old one with less in it.
    if (!row || model.knows(sequence)) return;
    const { batches = [] } = row as { batches?: readonly (readonly [string, unknown])[] };
    const read = (name: string): LoggedBatch[] =>
      batches.filter(([path]) => path === pathOf(STORE, name)).map(([, value]) => JSON.parse(value as string));
    const notes = read('notes');
    if (notes.length > 0) computer.tell(`${by.name}: commit ${place}, ${notes.length} batches of notes`);
    model.add({ place, sequence, batches: notes });
    const halves = (batches: readonly LoggedBatch[]): string[] => [
      ...new Set(
        batches.flatMap(([, , , , , changes]) => changes.flatMap((change) => marksOf(change).filter((mark) => mark.endsWith('pair')))),
      ),
    ];
    const [first, second] = [halves(notes), halves(read('pairs'))];
    for (const mark of second) pairs.add(mark);
    // What was noted when a page ended is stored note by note.
    check(mayNote || first.sort().join() === second.sort().join(), `law 11: ${by.name} commits a half of a transaction`);
  }

  function saved(tab: Tab, what: string, isStored: boolean): void {
    if (tab.isDead) return;
    computer.tell(`${tab.name}: told that ${what} is saved`);
    check(isStored, `law 2: ${tab.name} says that ${what} is saved, and it is not`);
    acknowledged.push({ what, place });
  }

  const viewOf = (tab: Tab): View => views.find((view) => view.tab === tab) as View;

  /** The obvious way to answer the query. */
  function slowly(all: readonly Document<Note>[]): readonly Document<Note>[] {
    return all
      .filter(({ n }) => n >= TOP.where.n.$gte)
      .sort((a, b) => b.n - a.n || (a.title < b.title ? -1 : a.title > b.title ? 1 : a._id < b._id ? -1 : 1))
      .slice(0, TOP.limit);
  }

  return {
    open(tab, store) {
      const { notes } = store.collections;
      const all = notes.live({ sort: { _id: 1 } });
      const top = notes.live(TOP);
      for (const live of [all, top]) live.subscribe(() => {});
      views.push({ tab, store, all, top, before: new Map(), derives: mayReread });
    },
    work(tab, work, choice, expectEnd) {
      const view = viewOf(tab);
      const { store, all } = view;
      const { notes } = store.collections;
      view.derives ||= work === 'pair' || work === 'count';
      const shown = all.get().data;
      const mark = `${tab.name}.${++marks}${work === 'pair' ? 'pair' : ''}`;
      const id = shown[choice % Math.max(1, shown.length)]?._id;
      computer.tell(`${tab.name}: ${work} ${mark} ${id ?? ''}`);
      const expect = <T>(promise: Promise<T>, then: (result: T) => void): void => {
        expectEnd(`${work} ${mark}`, promise);
        void promise.then(then, () => {});
      };
      const note = { title: mark, n: 0, hits: 0 };
      const isThere = (): void => saved(tab, `${work} ${mark}`, model.holds(mark));
      if (work === 'insert') expect(notes.insert(note), isThere);
      else if (work === 'large') expect(notes.insert({ ...note, text: LARGE }), isThere);
      else if (work === 'pair')
        expect(
          store.transaction(({ collections }) => {
            collections.notes.insert(note);
            collections.pairs.insert({ of: mark });
          }),
          isThere,
        );
      else if (id === undefined) return;
      else if (work === 'edit') expect(notes.update(id, { title: mark }), (isDone) => isDone && isThere());
      else if (work === 'delete') expect(notes.delete(id), (isDone) => isDone && saved(tab, `delete ${id}`, model.hasDeleted(id)));
      else if (work === 'hit') {
        of(id).hits++;
        expect(notes.update(id, { $inc: { hits: 1 } }), (isDone) => {
          if (!isDone) return;
          of(id).hitsSaved++;
          saved(tab, `a hit of ${id}`, model.hits(id) >= of(id).hitsSaved);
        });
      } else
        expect(
          notes.update(id, ({ n }) => ({ n: n + 1 })),
          (isDone) => {
            if (isDone && !tab.isDead) of(id).countsSaved++;
          },
        );
    },
    look() {
      for (const view of views) {
        const { tab, all, top } = view;
        if (tab.isDead || all.get().status !== 'ready') continue;
        const { data } = all.get();
        check(summary(top.get().data) === summary(slowly(data)), `law 10: ${tab.name} shows ${summary(top.get().data)} for the query`);
        const now = new Map(data.map((note) => [note._id, note]));
        for (const [id, note] of now) {
          const old = view.before.get(id);
          if (!old || old === note) continue;
          check(note.hits >= old.hits, `law 7: ${tab.name} shows ${id} older than it has shown it`);
          check(view.derives || !equal(note, old), `law 9: ${tab.name} shows ${id} anew, unchanged`);
        }
        view.before = now;
      }
    },
    unrest(tab) {
      const { all, store } = viewOf(tab);
      const status = store.collections.notes.status.get();
      const [shown, expected] = [summary(all.get().data), summary(model.documents())];
      if (shown !== expected) return `law 7: ${tab.name} shows the notes ${shown}, and the log says ${expected}`;
      const isSettled = status.state === 'ready' && status.persistent && !status.pending && all.get().status === 'ready';
      return isSettled ? undefined : `law 2: ${tab.name} is not at rest with its notes: ${JSON.stringify(status)}`;
    },
    leave(tab, isRead, mayDrop) {
      const mark = `${tab.name}.${++marks}`;
      computer.tell(`${tab.name}: insert ${mark} while it leaves`);
      viewOf(tab)
        .store.collections.notes.insert({ title: mark, n: 0, hits: 0 })
        .catch(() => {});
      leaving.push({ mark, isSafe: isRead && !mayDrop, atMs: computer.now() });
    },
    killed(isStillSafe) {
      leaving = leaving.filter(({ isSafe, atMs }) => isSafe && isStillSafe(atMs));
    },
    lost(commits, isStrict) {
      for (const { what, place: at } of acknowledged)
        check(at <= place - commits || !isStrict, `law 2: ${what} was saved strictly, and lost with the power`);
      model.cut(place - commits);
    },
    cleared() {
      model.cut(0);
    },
    settle({ loseAny, loseCounts, loseExits }) {
      for (const { title } of loseAny ? [] : model.documents())
        check(!title.endsWith('pair') || pairs.has(title), `law 11: of the transaction ${title} a half is there`);
      for (const { mark } of loseExits ? [] : leaving)
        check(model.holds(mark), `law 11: the note ${mark}, inserted before its page ended, is lost`);
      for (const { _id, hits, n } of model.documents()) {
        const tried = of(_id);
        check(hits <= tried.hits, `law 7: ${_id} was hit ${tried.hits} times, and counts ${hits}`);
        check(loseAny || hits >= tried.hitsSaved, `law 2: ${tried.hitsSaved} hits of ${_id} were saved, and ${hits} are there`);
        check(
          loseAny || loseCounts || n >= tried.countsSaved,
          `law 7: ${tried.countsSaved} updates of ${_id} were saved, and ${n} are there`,
        );
      }
    },
  };
}
