import type { Condition, Where } from './conditions.ts';
import type { PathValue, UpdatePath } from './document-path.ts';

/** Whole fields to replace, or operators for dotted paths; never both. `undefined` takes a field away. */
export type Update<Doc> = { readonly [Field in keyof Doc]?: Doc[Field] | undefined } | UpdateOperators<Doc>;

/** Each takes dotted paths, which lead into an array by an index. Paths that do not touch each other may be written by different ones. */
export interface UpdateOperators<Doc> {
  /** Makes the objects on the way; pads an array with null. */
  readonly $set?: { readonly [Path in Paths<Doc>]?: OrUndefined<PathValue<Doc, Path>> };
  /** Takes the field away; leaves null in an array. */
  readonly $unset?: { readonly [Path in Paths<Doc>]?: undefined extends PathValue<Doc, Path> ? true : '$unset is for what may be missing' };
  /** Adds to the number; starts at 0. */
  readonly $inc?: { readonly [Path in Paths<Doc>]?: Amount<PathValue<Doc, Path>, '$inc is for numbers'> };
  /** Multiplies the number; a missing one is 0. */
  readonly $mul?: { readonly [Path in Paths<Doc>]?: Amount<PathValue<Doc, Path>, '$mul is for numbers'> };
  /** Sets what is smaller, in the order of all values. */
  readonly $min?: { readonly [Path in Paths<Doc>]?: Exclude<PathValue<Doc, Path>, undefined> };
  /** Sets what is larger, in the order of all values. */
  readonly $max?: { readonly [Path in Paths<Doc>]?: Exclude<PathValue<Doc, Path>, undefined> };
  /** Puts an element, or `$each` of several, at the end or at `$position`; then sorts, then keeps `$slice` of them, from the end if negative. */
  readonly $push?: { readonly [Path in Paths<Doc>]?: ForList<PathValue<Doc, Path>, 'push', '$push is for arrays'> };
  /** Puts an element, or `$each` of several, at the end unless an equal one is there. */
  readonly $addToSet?: { readonly [Path in Paths<Doc>]?: ForList<PathValue<Doc, Path>, 'addToSet', '$addToSet is for arrays'> };
  /** Takes out all elements that equal this, for which the operators hold, or, of objects, that match the filter. */
  readonly $pull?: { readonly [Path in Paths<Doc>]?: ForList<PathValue<Doc, Path>, 'pull', '$pull is for arrays'> };
  /** Takes out the last element (1) or the first (−1). */
  readonly $pop?: { readonly [Path in Paths<Doc>]?: ForList<PathValue<Doc, Path>, 'pop', '$pop is for arrays'> };
  readonly $rename?: { readonly [Path in Paths<Doc>]?: Paths<Doc> };
  readonly $currentDate?: {
    readonly [Path in Paths<Doc>]?: Date extends PathValue<Doc, Path> ? true | { readonly $type: 'date' } : '$currentDate is for dates';
  };
}

// Of an optional field alone.
type OrUndefined<V> = V | (undefined extends V ? undefined : never);

type Paths<Doc> = Exclude<UpdatePath<Doc>, '_id'>;

// Where there is nothing that an operator is for, it takes only a sentence, which the compiler then shows.
type Amount<V, Sentence> = unknown extends V
  ? number | bigint
  : [Extract<V, number | bigint>] extends [never]
    ? Sentence
    : (V extends number ? number : never) | (V extends bigint ? bigint : never);

type ForList<V, Kind extends keyof ListOperands<unknown>, Sentence> = unknown extends V
  ? ListOperands<unknown>[Kind]
  : [Extract<V, readonly unknown[]>] extends [never]
    ? Sentence
    : V extends readonly (infer Item)[]
      ? ListOperands<Item>[Kind]
      : never;

interface ListOperands<Item> {
  readonly push:
    | Item
    | {
        readonly $each: readonly Item[];
        readonly $position?: number;
        readonly $slice?: number;
        readonly $sort?: 1 | -1 | { readonly [path: string]: 1 | -1 };
      };
  readonly addToSet: Item | { readonly $each: readonly Item[] };
  readonly pull: Condition<Item> | (Item extends object ? Where<Item> : never);
  readonly pop: 1 | -1;
}
