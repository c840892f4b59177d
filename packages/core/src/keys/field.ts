import { equal } from '../equal.ts';
import { StoreError } from '../errors.ts';
import { isPlain } from '../inspect.ts';
import { computed } from '../observable.ts';
import { settlement } from '../settlement.ts';
import { type Persisted, withReady } from './persisted.ts';

/** The steps that a value of this type offers: properties of plain objects, indexes of arrays. */
type Step<T> = T extends readonly (infer _)[]
  ? `${number}`
  : T extends
        | Blob
        | Date
        | RegExp
        | URL
        | ArrayBufferLike
        | ArrayBufferView
        | ReadonlyMap<unknown, unknown>
        | ReadonlySet<unknown>
        | ((...args: never) => unknown)
    ? never
    : T extends object
      ? keyof T & string
      : never;

/** What lies one step deeper. `undefined` where it may be missing. */
type At<T, S extends string> = T extends readonly (infer Item)[] ? Item | undefined : S extends keyof T ? T[S] : undefined;

/** Itself where it is a path into `T`, else the paths that are: what the editor offers and the compile error lists. Looks only along the path. */
export type Path<T, P extends string> = P extends Valid<T, P> ? P : Valid<T, P>;

type Valid<T, P extends string, Here extends string = ''> = [Step<T>] extends [never]
  ? Here
  : P extends `${infer First}.${infer Rest}`
    ? First extends Step<T>
      ? Valid<At<T, First>, Rest, Below<Here, First>>
      : Below<Here, Step<T>>
    : Below<Here, Step<T>>;

type Below<Here extends string, S extends string> = Here extends '' ? S : `${Here}.${S}`;

/** The type of the value at a path. */
export type PathValue<T, P extends string> = P extends `${infer First}.${infer Rest}` ? PathValue<At<T, First>, Rest> : At<T, P>;

// Nothing is shared through it: to each persisted value it is one more private property, and is gone when that is.
const fields = new WeakMap<object, Map<string, Persisted<unknown>>>();

/**
 * A part of a persisted object as a persisted value of its own: `field(store.keys.settings, 'user.name')`. Tells only of changes of
 * that part; a change copies what lies along the path and nothing else; `undefined` removes it. Equal calls give the same object.
 */
export function field<T, P extends string>(persisted: Persisted<T>, path: Path<T, P>): Persisted<PathValue<T, P>>;
export function field<T>(persisted: Persisted<T>, path: string): Persisted<unknown> {
  const known = fields.get(persisted) ?? new Map<string, Persisted<unknown>>();
  const found = known.get(path) ?? fieldOf(persisted, path);
  fields.set(persisted, known.set(path, found));
  return found;
}

function fieldOf<T>(persisted: Persisted<T>, path: string): Persisted<unknown> {
  const steps = path.split('.');
  const read = (whole: unknown): unknown => steps.reduce(property, whole);
  const change = (next: unknown) => (whole: T) => replaced(whole, steps, next) as T;
  let last: unknown;
  let ready: Promise<Persisted<unknown>> | undefined;

  // A whole that was read again has new parts: one that is equal stays the same object.
  const value = computed(() => {
    const next = read(persisted.get());
    if (!equal(last, next)) last = next;
    return last;
  });

  const self: Persisted<unknown> = withReady<Persisted<unknown>>({
    ...value,
    name: `${persisted.name}.${path}`,
    initial: () => read(persisted.initial()),
    set: (next) => persisted.set(change(next)),
    update: (next) => persisted.update(change(next)),
    reset: () => persisted.set(change(self.initial())),
    flush: persisted.flush,
    retry: persisted.retry,
    status: persisted.status,
    whenReady() {
      ready ??= following(persisted.ready, self);
      return ready;
    },
  });
  return self;
}

/** Fulfilled in this turn where the whole is: who uses it then must not wait. */
function following<V>(whole: Promise<unknown> & { readonly status?: string }, part: V): Promise<V> {
  const { promise, fulfil, reject } = settlement<V>();
  if (whole.status === 'fulfilled') fulfil(part);
  else whole.then(() => fulfil(part), reject);
  return promise;
}

/** Own and enumerable: neither inherited nor the length of an array. */
function property(holder: unknown, step: string): unknown {
  return isHolder(holder) && Object.prototype.propertyIsEnumerable.call(holder, step) ? holder[step] : undefined;
}

function isHolder(value: unknown): value is Record<string, unknown> {
  return Array.isArray(value) || isPlain(value);
}

/** A copy with another value at the path. What is missing on the way becomes a plain object. */
function replaced(old: unknown, [step, ...rest]: readonly string[], next: unknown): unknown {
  if (step === undefined) return typeof next === 'function' ? next(old) : next;
  const part = replaced(property(old, step), rest, next);
  if (part === undefined && (old ?? undefined) === undefined) return old;
  const isStep = Array.isArray(old) ? /^\d+$/.test(step) : !FORBIDDEN.test(step) && isPlain(old ?? {});
  if (!isStep) throw new StoreError('INVALID_ARGUMENT', `Cannot set a field: there is no step "${step}" here`);
  if (Array.isArray(old)) return part === undefined ? old.filter((_, index) => index !== +step) : Object.assign([...old], { [step]: part });
  const { [step]: _, ...others } = (old ?? {}) as Record<string, unknown>;
  return part === undefined ? others : { ...(old as object), [step]: part };
}

/** Steps that lead out of the data. */
const FORBIDDEN = /^(__proto__|constructor|prototype)$/;
