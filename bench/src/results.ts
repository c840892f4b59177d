import type { Comparison } from './statistics.ts';

/** One peer against ours on one line: milliseconds or bytes. */
export interface Result extends Comparison {
  readonly line: string;
  readonly contender: string;
  readonly against: string;
  /** Of all samples, where a line has a tail worth knowing. */
  readonly p95?: { readonly ours: number; readonly theirs: number };
  /** How many of the changes sent never came. */
  readonly lost?: { readonly ours: number; readonly theirs: number };
}

/** What one browser gave for one group. Kept as a file, so that another run of another group or browser does not lose it. */
export interface Report {
  readonly group: string;
  readonly browser: string;
  readonly version: string;
  readonly machine: string;
  readonly packages: Readonly<Record<string, string>>;
  readonly date: string;
  readonly isQuick: boolean;
  readonly results: readonly Result[];
}
