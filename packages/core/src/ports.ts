/** Everything that the core needs from its surroundings arrives as one of these, so that a test or a server decides what they are. */
export interface Ports {
  /** Milliseconds since 1970. */
  now(): number;
  /** A text that no other call on earth returns. */
  randomId(): string;
  /** Runs `work` after a delay; returns the cancel function. */
  delay(work: () => void, ms: number): () => void;
  /** Lets the page do what is more urgent, in the middle of long work. @default a task behind those that wait */
  pause?(): Promise<void>;
  /** A channel to the other tabs. Absent: there are none. */
  openBus?(name: string): Bus;
  /** Runs `work` while no one else runs under this name. Absent: nothing to wait for. */
  lock?<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** The same, if no one else does at this moment; otherwise resolves to `undefined` at once. */
  lockIfFree?<T>(name: string, work: () => Promise<T>): Promise<T | undefined>;
  lifecycle: Lifecycle;
  /** Background failures. */
  report(error: unknown): void;
  /** What the browser says of used and available space; it may be wrong. */
  estimate?(): Promise<{ usage?: number; quota?: number }>;
}

/** Hints only: a message says that something was committed; storage says what. */
export interface Bus {
  post(message: unknown): void;
  close(): void;
  onMessage: (message: unknown) => void;
}

/** What the page is told of its own life. */
export interface Lifecycle {
  /** False between hidden or `pagehide` and the moment the page is seen again: nothing may wait then. */
  isVisible(): boolean;
  /** True from the moment the page is hidden until its next task, and from `pagehide` until it is shown again: not even the microtasks of this turn are sure to run. */
  isLeaving(): boolean;
  /** Calls back when the page is about to vanish (`hide`: it may go on; `freeze`: it may never) or is seen again (`show`). Returns the stop function. */
  listen(listener: (event: 'hide' | 'freeze' | 'show') => void): () => void;
}
