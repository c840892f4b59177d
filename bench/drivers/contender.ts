/** One library on one backend, as its users call it. Keys and values are texts of some 100 bytes, all different. */
export interface Contender {
  readonly name: string;
  set(key: string, value: string): unknown;
  get(key: string): unknown;
  /** Everything at once, in the way of the library that is meant for it. */
  setMany(entries: readonly (readonly [key: string, value: string])[]): Promise<unknown>;
  /** All keys and values. Resolves to how many there are. */
  scan?(): Promise<number>;
}

export interface Backend {
  readonly name: string;
  /** Fresh and empty, a place of its own for each. Holdfast is the first. */
  open(): Promise<{ contenders: Contender[]; close(): Promise<void> }>;
}
