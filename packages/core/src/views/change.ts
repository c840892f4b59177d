/** Documents are immutable: each version is an object of its own, and one that has not changed is the same object. */
export interface Identified {
  readonly _id: string;
}

/** What became of one document. `before` is the very object that was there; the two differ. */
export interface Change<Doc> {
  readonly id: string;
  /** Absent: it is new. */
  readonly before: Doc | undefined;
  /** Absent: it is deleted. */
  readonly after: Doc | undefined;
}

/** The documents as they are now. A `ReadonlyMap` of them will do. */
export interface Documents<Doc> {
  readonly size: number;
  get(id: string): Doc | undefined;
  values(): Iterable<Doc>;
}
