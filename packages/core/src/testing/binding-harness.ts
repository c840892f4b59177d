import type { StorageDriver } from '../driver.ts';
import type { SaveResult } from '../errors.ts';
import type { KeyStatus } from '../home/status.ts';
import type { Persisted } from '../keys/persisted.ts';

/** What a framework offers so that the laws of its binding can be checked: some forty lines around its test library. */
export interface BindingHarness {
  /** Puts a component that shows one persisted value on the page, in this turn: what it shows then is the first paint. */
  mount<T>(value: Persisted<T>, options?: MountOptions): Mounted<T>;
  /** Runs `work`, waits for it, and until the framework has brought all that follows from it onto the page. */
  act<R>(work: () => R | Promise<R>): Promise<R>;
}

export interface MountOptions {
  /** In the framework's strict mode, where there is one: it mounts and renders twice to find what is not pure. */
  strict?: boolean;
  /** The component reads the state and whether a change is pending too, and nothing else of the status. */
  status?: boolean;
}

/** A component on the page. `set`, `show` and `unmount` are called within `act`. */
export interface Mounted<T> {
  /** What the page shows of the value: its JSON. */
  text(): string;
  /** The value of the latest render. */
  value(): T;
  /** What the latest render saw of the status, when mounted with `status: true`. */
  status(): Pick<KeyStatus, 'state' | 'pending'>;
  /** How often the component was rendered; without renders, how often an effect that reads the value (and the status, if asked for) has run. */
  renders(): number;
  /** Calls the component's own setter. */
  set(next: T | ((previous: T) => T)): Promise<SaveResult>;
  /** Lets the same component show another value. */
  show(next: Persisted<T>): void;
  /** May be called twice. */
  unmount(): void;
}

/** A storage as two tabs see it, the same at each call. For an object that tabs share, such as `memory()`, both are one. */
export interface BindingPlace {
  here(): StorageDriver;
  there(): StorageDriver;
}

export interface BindingLaw {
  readonly name: string;
  /** @throws {Error} when the binding breaks the law */
  run(harness: BindingHarness, place: BindingPlace): Promise<void>;
}

export interface ServerHarness {
  /** Renders the component that `mount` shows as a server does. Returns what the HTML shows of the value: its JSON. */
  render<T>(value: Persisted<T>): string | Promise<string>;
}

export interface ServerLaw {
  readonly name: string;
  /** @throws {Error} when the binding breaks the law */
  run(harness: ServerHarness): Promise<void>;
}
