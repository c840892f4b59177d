/** About 170 bytes as JSON. */
export interface Doc {
  readonly id: string;
  readonly title: string;
  readonly status: 'open' | 'closed' | 'blocked';
  readonly date: number;
  readonly priority: number;
  readonly tags: readonly string[];
  readonly v: number;
}

/** What is asked: the open documents by date, all of them or the 50 latest, the latest first. */
export type Question = 'all' | 'first';

/** What of a row is looked at: some contenders show rows of their own. */
export interface Shown {
  readonly id: string;
  readonly v: number;
}

/** A collection of documents. Promises resolve when storage has accepted the change, in the library's own words. */
export interface DocumentSubject {
  /** The documents in the library's own form. Not measured. */
  prepare?(documents: readonly Doc[]): readonly Doc[];
  insertMany(documents: readonly Doc[]): Promise<unknown>;
  ask(question: Question): Promise<readonly unknown[]>;
  /** Calls back with the result as an array, now or soon, and again with each change. Returns the stop function. */
  watch(question: Question, told: (rows: readonly unknown[]) => void): () => void;
  update(id: string, patch: Partial<Doc>): Promise<unknown>;
  put(document: Doc): Promise<unknown>;
  /** Of a row of a result. */
  shown(row: unknown): Shown;
  readonly followsTabs?: true;
  close(): unknown;
}
