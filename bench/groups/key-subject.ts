/** A set of named values. Whatever is absent, the contender cannot do. */
export interface KeySubject {
  /** Reads four keys in turns. A loop of its own, so that the engine may specialise it; which key it is, is known only when it runs, or the engine would read once and be done. */
  reads?(times: number): unknown;
  /** Sets the first key to numbers it did not have; the subscriber has heard of each before the next. */
  sets?(times: number): void;
  get?(key: number): unknown;
  /** Returns a promise where the contender gives one that waits for storage. */
  set?(key: number, value: unknown): unknown;
  /** Resolves when storage has accepted everything that was set. */
  durable?(): Promise<unknown>;
  /** Watches every key. */
  subscribe?(listener: () => void): () => void;
  readonly followsTabs?: true;
  close(): unknown;
}

/** The keys that `reads` reads, and their indexes. */
export type Four<T> = readonly [T, T, T, T];
export type Slot = 0 | 1 | 2 | 3;
