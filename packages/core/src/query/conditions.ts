import type { PathValue, QueryPath } from './document-path.ts';

/**
 * Which documents: for each dotted path a value or operators, and `$and`, `$or`, `$nor` of such filters. `{}` is all of them.
 * Example: `{ done: false, 'author.name': { $startsWith: 'A' }, tags: 'red' }`.
 */
export type Where<Doc> = { readonly [Path in QueryPath<Doc>]?: Condition<PathValue<Doc, Path>> } & {
  readonly $and?: readonly Where<Doc>[];
  readonly $or?: readonly Where<Doc>[];
  readonly $nor?: readonly Where<Doc>[];
};

/** That the value, or one of its elements, equals this, or what operators ask of it. */
export type Condition<V> = unknown extends V ? unknown : Operand<V> | Operators<V>;

/** All that are given must hold; in an array each may hold for another element. */
export interface Operators<V> {
  /** Equal. null: null or missing. A RegExp: a text that it matches. */
  readonly $eq?: Operand<V>;
  readonly $ne?: Operand<V>;
  readonly $gt?: Ordered<V>;
  readonly $gte?: Ordered<V>;
  readonly $lt?: Ordered<V>;
  readonly $lte?: Ordered<V>;
  readonly $in?: readonly Operand<V>[];
  readonly $nin?: readonly Operand<V>[];
  readonly $exists?: boolean;
  readonly $not?: Operators<V> | RegExp;
  readonly $type?: TypeName | readonly TypeName[];
  readonly $regex?: For<Text<V>, RegExp, '$regex is for texts'>;
  readonly $startsWith?: For<Text<V>, string, '$startsWith is for texts'>;
  /** In a text a part of it, in an array an element. */
  readonly $contains?: For<Extract<V, string | List>, Extract<V, string> | Item<V>, '$contains is for texts and arrays'>;
  /** `'i'`: `$contains` and `$startsWith` take capital letters for small ones. */
  readonly $options?: 'i';
  readonly $mod?: For<Extract<V | Item<V>, number | bigint>, readonly [divisor: number, remainder: number], '$mod is for numbers'>;
  readonly $size?: For<Extract<V, List>, number, '$size is for arrays'>;
  readonly $all?: For<Extract<V, List>, readonly (Operand<V> | { readonly $elemMatch: Element<Item<V>> })[], '$all is for arrays'>;
  /** One element for which everything holds. */
  readonly $elemMatch?: For<Extract<V, List>, Element<Item<V>>, '$elemMatch is for arrays'>;
}

/** As MongoDB names and numbers them. A whole number of 32 bits is an `int`, another one a `double`, a bigint a `long`. */
export type TypeName =
  | ('double' | 'string' | 'object' | 'array' | 'binData' | 'bool' | 'date' | 'null' | 'regex' | 'int' | 'long' | 'number')
  | (1 | 2 | 3 | 4 | 5 | 8 | 9 | 10 | 11 | 16 | 18);

type List = readonly unknown[];
type Item<V> = V extends readonly (infer I)[] ? I : never;
type Text<V> = Extract<V | Item<V>, string>;
type Ordered<V> = V extends List ? Readonly<V> | Item<V> : Exclude<V, undefined>;
type Operand<V> = Ordered<V> | (undefined extends V ? null : never) | ([Text<V>] extends [never] ? never : RegExp);
type Element<I> = Operators<I> | Where<NonNullable<I>>;

// Where there is nothing that an operator is for, it takes only this sentence, which the compiler then shows.
type For<Found, Operand, Sentence> = [Found] extends [never] ? Sentence : Operand;
