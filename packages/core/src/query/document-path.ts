/** What a path does not lead into. */
type Leaf =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | Date
  | RegExp
  | Blob
  | URL
  | ArrayBufferLike
  | ArrayBufferView
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | ((...args: never) => unknown);

// Paths are listed this many names deep, so that a type that holds itself costs no more than it should. Deeper ones are accepted
// unchecked, as are those through `unknown` and through records, whose names are not known.
type Deepest = 3;

/** The paths that a filter, a sort or a projection may name: through an array by an index or to what its elements hold. */
export type QueryPath<T, Depth extends readonly unknown[] = []> = unknown extends T
  ? string
  : T extends Leaf
    ? never
    : Depth['length'] extends Deepest
      ? string
      : T extends readonly (infer Item)[]
        ? `${number}` | `${number}.${QueryPath<Item, [...Depth, 0]>}` | QueryPath<Exclude<Item, readonly unknown[]>, Depth>
        : string extends keyof T
          ? string
          : { [Key in keyof T & (string | number)]-?: Key | `${Key}.${QueryPath<T[Key], [...Depth, 0]>}` }[keyof T & (string | number)];

/** The paths that an update may write: into an array only by an index. */
export type UpdatePath<T, Depth extends readonly unknown[] = []> = unknown extends T
  ? string
  : T extends Leaf
    ? never
    : Depth['length'] extends Deepest
      ? string
      : T extends readonly (infer Item)[]
        ? `${number}` | `${number}.${UpdatePath<Item, [...Depth, 0]>}`
        : string extends keyof T
          ? string
          : { [Key in keyof T & (string | number)]-?: Key | `${Key}.${UpdatePath<T[Key], [...Depth, 0]>}` }[keyof T & (string | number)];

/** The type of what a path leads to, `undefined` where it may be missing. Looks only along the path. */
export type PathValue<T, P> = P extends `${infer First}.${infer Rest}` ? PathValue<At<T, First>, Rest> : At<T, P>;

type At<T, Step> = unknown extends T
  ? unknown
  : string extends Step
    ? unknown
    : T extends readonly (infer Item)[]
      ? Step extends `${number}`
        ? Item | undefined
        : At<Exclude<Item, readonly unknown[]>, Step> | undefined
      : string extends keyof T
        ? unknown
        : Step extends keyof T
          ? T[Step]
          : Step extends `${infer Name extends number}`
            ? Name extends keyof T
              ? T[Name]
              : undefined
            : undefined;
