// The log of the notes as it was committed, and what it amounts to by the plainest reading: the oracle for segments, checkpoints and tabs.
export interface Note {
  title: string;
  /** Counted by functions of the stored document. */
  n: number;
  /** Counted by operators. */
  hits: number;
  text?: string;
}

export type LoggedBatch = [writer: string, number: number, part: number, atMs: number, version: number, changes: LoggedChange[]];
export type LoggedChange = [id: string, content?: object | [kind: string, path: string, operand: unknown][]];

interface Commit {
  readonly place: number;
  readonly sequence: number;
  readonly batches: readonly LoggedBatch[];
}

type Stored = Note & { _id: string };

export interface Model {
  knows(sequence: number): boolean;
  add(commit: Commit): void;
  /** Only what was committed up to a place is left. */
  cut(place: number): void;
  /** A document was ever put, or a title set, with this text. */
  holds(mark: string): boolean;
  hasDeleted(id: string): boolean;
  /** So many hits were ever logged. */
  hits(id: string): number;
  /** By their ids. */
  documents(): readonly Stored[];
}

export function modelOf(): Model {
  let commits: Commit[] = [];
  let names = new Set<string>();
  let notes = new Map<string, Stored>();
  // Of all that ever was committed: an acknowledgement may arrive after its data are gone.
  const marks = new Set<string>();
  const deleted = new Set<string>();
  const hits = new Map<string, Set<string>>();

  function apply({ batches }: Commit): void {
    for (const [writer, number, part, , , changes] of batches) {
      const name = `${writer}.${number}.${part}`;
      // Committed twice it counts once.
      if (names.has(name)) continue;
      names.add(name);
      for (const change of changes) applyChange(change, name);
    }
  }

  function applyChange([id, content]: LoggedChange, name: string): void {
    if (content === undefined) {
      notes.delete(id);
      deleted.add(id);
    } else if (!Array.isArray(content)) {
      notes.set(id, content as Stored);
      marks.add((content as Stored).title);
    } else
      for (const [kind, path, operand] of content) {
        const note = notes.get(id) as unknown as Record<string, unknown> | undefined;
        if (kind === 'inc') hits.set(id, new Set([...(hits.get(id) ?? []), name]));
        if (path === 'title') marks.add(operand as string);
        const value = kind === 'inc' ? Number(note?.[path]) + Number(operand) : operand;
        // An edit of what is not there is nothing.
        if (note) notes.set(id, { ...note, [path]: value } as unknown as Stored);
      }
  }

  return {
    knows: (sequence) => commits.some((commit) => commit.sequence === sequence),
    add(commit) {
      commits.push(commit);
      apply(commit);
    },
    cut(place) {
      commits = commits.filter((commit) => commit.place <= place);
      names = new Set();
      notes = new Map();
      for (const commit of commits) apply(commit);
    },
    holds: (mark) => marks.has(mark),
    hasDeleted: (id) => deleted.has(id),
    hits: (id) => hits.get(id)?.size ?? 0,
    documents: () => [...notes.values()].sort((a, b) => (a._id < b._id ? -1 : 1)),
  };
}

/** What a change puts that no other change has: a title, or which transaction it is of. */
export function marksOf([, content]: LoggedChange): string[] {
  if (Array.isArray(content)) return content.filter(([, path]) => path === 'title').map(([, , operand]) => String(operand));
  const { title, of } = (content ?? {}) as { title?: string; of?: string };
  return [title, of].filter((mark) => mark !== undefined);
}

/** What can be compared of notes at a glance. */
export function summary(notes: readonly Stored[]): string {
  return notes.map(({ _id, title, n, hits, text }) => `${_id}:${title}/${n}/${hits}/${text?.length ?? 0}`).join(' ');
}
