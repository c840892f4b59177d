/** JSON-safe data, with what JSON alone would not bring back. */
export interface Encoded {
  readonly json: unknown;
  /** JSON-safe too. Absent: `json` is the value itself. */
  readonly meta?: unknown;
}

/** Turns a value into JSON-safe data and back, for drivers that hold text. */
export interface Codec {
  readonly name: string;
  /**
   * A promise only where bytes must be read first (`Blob`), so that everything else is written in the calling turn.
   * @throws {StoreError} `UNSUPPORTED_VALUE` with the path of what cannot come back equal.
   */
  encode(value: unknown): Encoded | Promise<Encoded>;
  /** @throws {StoreError} `CORRUPT` for data that this codec did not write. Data never chooses code. */
  decode(encoded: Encoded): unknown;
}
