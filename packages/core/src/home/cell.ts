import type { DriverChange, Operation, Untouched } from '../driver.ts';
import type { SaveResult, StoreError } from '../errors.ts';

/** One write of a cell: what goes into the transaction, and what to do when that has ended. */
export interface Write {
  readonly operations: readonly (Operation<unknown> | Promise<Operation<unknown>>)[];
  /** Part of a transaction: whatever is written together with it is not written without it. */
  readonly isWhole?: boolean;
  /** Acknowledged only when it survives the loss of power. */
  readonly isStrict?: boolean;
  /** Takes place only if nobody else has touched these keys; otherwise it is begun again. */
  readonly untouched?: Untouched | undefined;
  /** Has its place in the order of all commits, right after what the watch has told. */
  placed?(sequence: number): void;
  end(error?: StoreError): void;
  /** Did not take place: somebody else has touched the keys of a write in the transaction. What it took waits again, unless that is known to be in vain. */
  again(): Promise<void>;
}

/** A change that holds only on top of what its author has seen, and is made anew where others came before it. */
export interface Derivation {
  isStale(): boolean;
  /** Takes the changes back, in all places. */
  lift(): void;
  /** Makes them again, on top of what is there now. */
  derive(): void;
}

/** A persisted value as the writer of its driver sees it, and whoever follows what others commit. */
export interface Cell {
  readonly path: string;
  readonly delayMs: number;
  /** What is not begun yet, and may have to be made anew before. The numbers are in the order in which it was made first. */
  waiting?(): readonly { readonly number: number; readonly derivation: Derivation | undefined }[];
  /** Takes what is to be written now. @throws {StoreError} `UNSUPPORTED_VALUE`: nothing can be; subscribers have been told. */
  begin(): Write;
  /** What storage held at some moment after the cell's clock stood at `clock`, and its version where that is known. */
  refresh(raw: unknown, clock: number, version?: string): void;
  /** Has changes that storage does not have yet. */
  isBusy(): boolean;
  /** Reads again, now or when it is not busy any more; also where the first read has failed. With the reason, where others have written. */
  reread(change?: DriverChange): Promise<void>;
  /** The default again, whatever waits to be written. */
  abandon(): void;
  flush(): Promise<SaveResult>;
  close(): void;
}
