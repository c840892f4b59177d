import type { Block } from './harness.ts';

/** What is compared with what: contenders that do the same thing, and the lines that measure it. */
export interface Group<Subject> {
  readonly id: string;
  readonly title: string;
  /** How it is measured, where that differs from the rest, and what is to be known of the results. */
  readonly how?: string;
  readonly contenders: readonly Contender<Subject>[];
  readonly lines: readonly Line<Subject>[];
  readonly goals: readonly Goal[];
  /** How its lines of kind `scene` are measured: the later ones find what the earlier ones have stored. */
  readonly scenes?: readonly Scene<Subject>[];
}

/** Plain data, so that Node can list it; the code is loaded only in the pages that run it. */
export interface Contender<Subject> {
  readonly id: string;
  readonly name: string;
  /** The contender of ours that does the same in the same place. Absent: it is one of ours. */
  readonly against?: string;
  /** The code with which a user imports it. Absent: part of the platform. */
  readonly imports?: string;
  /** It cannot hold more than so many values. */
  readonly most?: number;
  /** It gives only these amounts of the scenes: it has its values without having stored them. */
  readonly only?: readonly string[];
  load(): Promise<Open<Subject>>;
}

/** Makes `count` values, or finds those of that name, and resolves once all of them are known. */
export type Open<Subject> = (name: string, count: number) => Subject | Promise<Subject>;

export type Line<Subject> = PairedLine<Subject> | ColdLine<Subject> | TabsLine<Subject> | SceneLine | BytesLine;

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
  /** Stores what is changed later. */
  fill?(subject: Subject, count: number): Promise<unknown>;
  send(subject: Subject, value: number): unknown;
  /** `undefined`: this contender does not follow other tabs. */
  watch(subject: Subject, listener: (value: unknown) => void): (() => void) | undefined;
}

/** A number of values and one amount of those that a scene returns. */
export interface SceneLine extends Titled {
  readonly kind: 'scene';
  readonly count: number;
  readonly amount: string;
  readonly unit: 'ms' | 'bytes';
  /** Too much for most. */
  readonly onlyOurs?: boolean;
}

/** Runs in a process of the browser of its own, on a profile that belongs to one contender, one number of values and one round. */
export interface Scene<Subject> {
  readonly id: string;
  /** Amounts that it returns, each in many samples. */
  readonly amounts: readonly string[];
  /** It returns what it holds at the end, and the heap is measured before and after. */
  readonly isHeap?: boolean;
  run(open: () => Promise<Subject>, count: number, effort: SceneEffort): Promise<Amounts>;
}

export type Amounts = Record<string, number[]>;

export interface SceneEffort {
  /** So many changes one after the other, and none after so many milliseconds. */
  readonly changes: number;
  readonly limitMs: number;
}

/** What a user's bundle grows by, minified and gzipped. */
export interface BytesLine extends Titled {
  readonly kind: 'bytes';
}

/** What a line must show: against one contender a least ratio, or for one of ours a greatest amount in milliseconds or bytes. */
export type Goal =
  | { readonly line: string; readonly contender: string; readonly atLeast: number }
  | { readonly line: string; readonly ours: string; readonly atMost: number; readonly quantile?: 'p95' };
