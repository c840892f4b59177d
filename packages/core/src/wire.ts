import type { Check, Commit, Operation, Untouched } from './driver.ts';

// What `serve` and the `http` driver say to each other. Keys travel in bodies: URL parsers eat `.`, `..` and `%2e`.

/** One commit of a client. `number`: one more than that of the commit before it, so that one that is sent twice takes place once. */
export interface WireCommit {
  readonly number: number;
  readonly operations: readonly Operation[];
  readonly checks?: readonly Check[];
  readonly untouched?: Untouched;
}

/** Commits of one client, in order. Only the last one may have conditions: one that does not hold leaves no trace of its number. */
export interface WireCommits {
  readonly client: string;
  readonly commits: readonly WireCommit[];
}

/** `null`: a condition did not hold. The server stops at the first error; what comes after it was not tried. */
export type WireResult = Commit | null | { readonly error: WireError };

export interface WireError {
  readonly code: string;
  readonly message: string;
}
