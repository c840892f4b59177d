import type { Codec } from './codec.ts';
import type { Ports } from './ports.ts';

/** One stored entry. `version` is opaque: equal versions mean an equal entry, nothing else. */
export interface Entry<Value = string> {
  readonly key: string;
  readonly value: Value;
  readonly version?: string;
}

/**
 * One write of a commit. `expiresAtMs` lets a driver that evicts by itself free the space; the deadline also travels inside the
 * value. `append` and `trim` are for drivers that have `changes`, and leave the entries alone: the one adds a batch to the log
 * under a key, the other forgets what was appended under a key up to a sequence, because entries contain it by now. `refers`: the
 * batch is worth nothing without the entries of its commit, so no note of it is taken where those are too large for notes.
 */
export type Operation<Value = string> =
  | { readonly type: 'set'; readonly key: string; readonly value: Value; readonly expiresAtMs?: number }
  | { readonly type: 'delete'; readonly key: string }
  | { readonly type: 'append'; readonly key: string; readonly value: Value; readonly refers?: true }
  | { readonly type: 'trim'; readonly key: string; readonly sequence: number };

/** A condition of a commit: the entry still has this version; without a version, there is no entry. */
export interface Check {
  readonly key: string;
  readonly version?: string | undefined;
}

/** Under which conditions a commit takes place: all of them must hold. */
export interface CommitOptions {
  readonly checks?: readonly Check[];
  /**
   * For drivers that are followed. Called before the commit resolves, where nothing of others lies between what the watch has told
   * and this commit; otherwise the watch tells of it too, in its place among the others.
   */
  placed?(sequence: number): void;
  /** Nobody has committed under one of these keys after a sequence. For drivers that have `changes`; where too much was forgotten to tell, it does not hold. */
  readonly untouched?: Untouched;
  /** `strict`: acknowledged only when it survives the loss of power. @default as the driver was made */
  readonly durability?: 'strict' | undefined;
}

/** A condition of a commit on drivers that number them: nobody has written or appended under one of these keys since. */
export interface Untouched {
  readonly keys: readonly string[];
  /** The last sequence that its author has seen. */
  readonly after: number;
}

/** A commit that took place. */
export interface Commit {
  /** The place of this commit among all commits of all writers, one more than the one before it. */
  readonly sequence?: number;
}

/** What was appended to the log by one operation of one commit. */
export interface Batch<Value = string> {
  /** `Infinity`: it is kept on this device and waits for its place, after all that have one. */
  readonly sequence: number;
  readonly key: string;
  readonly value: Value;
}

/** What was committed after a sequence, by anyone. */
export interface History<Value = string> {
  /** The last sequence there is. */
  readonly head: number;
  /** Written or appended under, each once. Without them the driver cannot tell (too far back, or another database): read everything again. */
  readonly keys?: readonly string[];
  /** What was appended and not trimmed, in the order of commits; of what waits for its place all, each time. */
  readonly batches: readonly Batch<Value>[];
}

/** What others may have changed: these keys, or anything (`reset`: there was a gap). A hint to read, never the value; where storage itself was asked, with what it said. */
export type DriverChange<Value = unknown> =
  | ({ readonly type: 'change'; readonly keys: readonly string[] } & ChangeOrigin<Value>)
  | ({ readonly type: 'reset' } & ChangeOrigin<Value>);

interface ChangeOrigin<Value> {
  /** The commit that the hint is about, where it is about one. */
  readonly sequence?: number;
  readonly history?: FollowedHistory<Value>;
}

/** A history, and the sequence after which it begins. */
export interface FollowedHistory<Value = unknown> extends History<Value> {
  readonly after: number;
}

/** Facts about a driver that no method shows. */
export interface DriverLimits {
  /** How long entries live: across restarts, as long as the tab, or as long as the process. @default 'durable' */
  readonly keeps?: Capability;
  /** Longest key in UTF-8 bytes. */
  readonly maxKeyBytes?: number;
  /** Longest value, as text in UTF-8 bytes. */
  readonly maxValueBytes?: number;
  /** As many entries are safe; with more, the place drops some without a word. */
  readonly maxEntries?: number;
  /** Frees by itself the space of what has expired, soon after `expiresAtMs`. */
  readonly evicts?: boolean;
}

/** Where a value really lives at this moment. */
export type Capability = 'durable' | 'session' | 'memory';

/** Which entries, in the order of their keys. */
export interface Range {
  /** Only keys that begin with this text. */
  readonly prefix: string;
  /** Only keys after this one. */
  readonly after?: string;
  /** Not more than so many. @default all */
  readonly limit?: number;
  /** Values may be left `undefined`. */
  readonly keysOnly?: boolean;
}

/** Notes of values that may not reach the driver before the page ends. Written at once, read at the next start. */
export interface Journal {
  /** Notes what is to be stored, or `undefined` for what is to be deleted, by default as of now. What it cannot hold (too large, not JSON) it leaves out. */
  write(key: string, value: unknown, atMs?: number): void;
  /** The driver has it. */
  forget(key: string): void;
  /** Hands over what other tabs have noted, unless its key was written since, and drops each once `replay` has resolved. `undefined`: there is nothing. */
  recover(replay: Replay): Promise<void> | undefined;
  /** The code that keeps the notes, which storages without a journal need not carry. */
  keep(journal: Journal, host: NotesHost): Notes;
}

/** What keeping notes needs of its surroundings. */
export interface NotesHost {
  readonly driver: Driver<unknown>;
  readonly ports: Ports;
  /** Writes without a note. */
  issue(operations: readonly Operation<unknown>[], options?: CommitOptions): Promise<Commit | undefined>;
  /** Of stored data. @throws {StoreError} `CORRUPT` */
  versionOf(raw: unknown): number;
  tell(change: DriverChange): void;
}

export interface Notes {
  /** Writes with a note, where the write may not reach the driver. */
  commit(operations: readonly Operation<unknown>[], options?: CommitOptions): Promise<Commit | undefined>;
  /** Notes what cannot be written yet, when the turn ends, or the page. */
  noteAtTurnEnd(work: () => readonly Operation<unknown>[]): void;
  /** Notes what is under way. */
  leave(): void;
  /** Stores what others have noted. `undefined`: there is nothing. */
  recover(): Promise<void> | undefined;
}

/** Stores what was noted, or deletes for `undefined`, unless someone has written under the key after the sequence. */
export type Replay = (key: string, value: unknown, after: number) => Promise<void>;

/**
 * One place where entries live. A driver knows nothing of our values: it holds text under text, or whatever the structured
 * clone algorithm takes. An optional method is the capability; there are no flags. Every failure rejects. The laws that each
 * driver keeps are `driverLaws` in `@holdfast/core/testing`.
 */
export interface Driver<Value = string> {
  /** Shown in errors, for example `redis`. */
  readonly name: string;
  /** `text`: strings; `clone`: whatever structured clone takes, Blobs too. */
  readonly holds: 'text' | 'clone';
  readonly limits?: DriverLimits;
  /** Resolves to `undefined` when there is no such entry. */
  get(key: string): Promise<Entry<Value> | undefined>;
  /** Yields batches of entries in key order, each key once. */
  list(range: Range): AsyncIterable<readonly Entry<Value>[]>;
  /** Resolves when the entry is safe, not when it was accepted. */
  set(key: string, value: Value, options?: { expiresAtMs?: number }): Promise<void>;
  /** Deleting what is not there is not an error. */
  delete(key: string): Promise<void>;
  /** Reads without waiting, so that the first paint has the stored value. */
  getSync?(key: string): Value | undefined;
  /** All or nothing, issued in the calling turn. Resolves to `undefined` when a condition does not hold: then nothing was written. */
  commit?(operations: readonly Operation<Value>[], options?: CommitOptions): Promise<Commit | undefined>;
  /** What was committed after a sequence. Without an argument only the head. A driver that has it numbers every write of every writer, `set` and `delete` too, by one more each. */
  changes?(after?: number): Promise<History<Value>>;
  /** All commits up to this sequence are this driver's own, or its watch has told of them. Only where there is a watch. */
  seen?(): number;
  /** Tells of changes by others from the moment it resolves. */
  watch?(listener: (change: DriverChange<Value>) => void): Promise<() => void>;
  /** False while there is no connection: a write would wait. */
  isOpen?(): boolean;
  /** Lets go of what the driver opened itself. Twice is fine. A client that was passed in stays open. */
  close?(): Promise<void>;
  readonly journal?: Journal;
}

/** A driver as a store takes it: with what the store needs to know to lay values into it. */
export interface StorageDriver<Value = unknown> extends Driver<Value> {
  /** How values become text. @default the `json` codec. Drivers that hold clones need none. */
  readonly codec?: Codec;
  /** The same entries, without what was added to them. */
  readonly within?: StorageDriver<Value>;
  /** True where a `Blob` can be kept. */
  readonly blobs?: boolean;
  /** A driver that has a database for each store: the one for this store, which follows the other tabs. */
  named?(store: string, ports: Ports): Driver<Value>;
}

/** A storage that carries `Blob` and `File`: IndexedDB, memory, or a text driver that was made with `blobs: true`. */
export interface BlobStorage<Value = unknown> extends StorageDriver<Value> {
  readonly blobs: true;
}

/** A storage that others share: it numbers the commits of all, and tells of them. */
export type SharedStorage<Value = string> = StorageDriver<Value> & Required<Pick<StorageDriver<Value>, 'commit' | 'changes' | 'watch'>>;
