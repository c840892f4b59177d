import type { Block } from './harness.ts';

/** What is compared with what: contenders that do the same thing, and the lines that measure it. */
export interface Group<Subject> {
  readonly id: string;
  readonly title: string;
  readonly contenders: readonly Contender<Subject>[];
  readonly lines: readonly Line<Subject>[];
  readonly goals: readonly Goal[];
}

/** Plain data, so that Node can list it; the code is loaded only in the pages that run it. */
export interface Contender<Subject> {
  readonly id: string;
  readonly name: string;
  /** The contender of ours that does the same in the same place. Absent: it is one of ours. */
  readonly against?: string;
  /** The code with which a user imports it. Absent: part of the platform. */
  readonly imports?: string;
  load(): Promise<Open<Subject>>;
}

/** Makes `count` values, or finds those of that name, and resolves once all of them are known. */
export type Open<Subject> = (name: string, count: number) => Subject | Promise<Subject>;

export type Line<Subject> = PairedLine<Subject> | ColdLine<Subject> | TabsLine<Subject> | BytesLine;

interface Titled {
  readonly id: string;
  readonly title: string;
}

/** Both sides in one page, block by block. */
export interface PairedLine<Subject> extends Titled {
  readonly kind: 'paired';
  readonly count: number;
  readonly fillMs: number;
  /** `undefined`: this contender cannot do it. */
  block(subject: Subject): Block | undefined;
  settle(subject: Subject): unknown;
}

/** A new page for each measurement, with everything already stored: from before `open` until all values were read. */
export interface ColdLine<Subject> extends Titled {
  readonly kind: 'cold';
  readonly count: number;
  /** Stores what is read later. False: this contender cannot do it. */
  fill(subject: Subject, count: number): Promise<boolean>;
  read(subject: Subject, count: number): readonly unknown[];
  /** What `read` must have found. */
  expected(count: number): readonly unknown[];
}

/** Two pages: from a change in one to the subscriber in the other that sees it. */
export interface TabsLine<Subject> extends Titled {
  readonly kind: 'tabs';
  readonly count: number;
  send(subject: Subject, value: number): unknown;
  /** `undefined`: this contender does not follow other tabs. */
  watch(subject: Subject, listener: (value: unknown) => void): (() => void) | undefined;
}

/** What a user's bundle grows by, minified and gzipped. */
export interface BytesLine extends Titled {
  readonly kind: 'bytes';
}

/** What a line must show: against one contender a least ratio, or for one of ours a greatest amount in milliseconds or bytes. */
export type Goal =
  | { readonly line: string; readonly contender: string; readonly atLeast: number }
  | { readonly line: string; readonly ours: string; readonly atMost: number; readonly quantile?: 'p95' };
