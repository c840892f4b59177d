// The rules as they are written down, slowly and in the plainest way: lists of everything that a path may mean, then a question to
// each. Shares no code with what it judges.

type Plain = Record<string, unknown>;

export function isObject(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));
}

// --- the order of values (S1, S5, E6)

const CLASSES: ((value: unknown) => boolean)[] = [
  (value) => value === null || value === undefined,
  (value) => typeof value === 'number' || typeof value === 'bigint',
  (value) => typeof value === 'string',
  isObject,
  Array.isArray,
  (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value),
  (value) => typeof value === 'boolean',
  (value) => value instanceof Date,
  (value) => value instanceof RegExp,
];

function classOf(value: unknown): number {
  return CLASSES.findIndex((holds) => holds(value));
}

/** A value as nested arrays of classes, numbers and lists of code points, which then compare item by item, the shorter first. */
function spell(value: unknown): (number | bigint | unknown[])[] {
  const points = (text: string): number[] => Array.from(text, (letter) => letter.codePointAt(0) as number);
  const kind = classOf(value);
  switch (kind) {
    case 0:
      return [kind];
    case 1:
      return Number.isNaN(value) ? [kind, 0] : [kind, 1, value as number];
    case 2:
      return [kind, points(value as string)];
    case 3: {
      const object = value as Plain;
      const keys = Object.keys(object).sort();
      return [kind, keys.flatMap((key) => [classOf(object[key]), points(key), spell(object[key])])];
    }
    case 4:
      return [kind, (value as unknown[]).map(spell)];
    case 5: {
      const bytes = Buffer.from(value instanceof ArrayBuffer ? value : (value as Uint8Array).slice().buffer);
      return [kind, bytes.length, [...bytes]];
    }
    case 8:
      return [kind, points((value as RegExp).source), points((value as RegExp).flags)];
    default:
      return [kind, Number(value)];
  }
}

function compareSpelled(a: unknown, b: unknown): number {
  if (!Array.isArray(a) || !Array.isArray(b)) return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (i >= a.length) return -1;
    if (i >= b.length) return 1;
    const order = compareSpelled(a[i], b[i]);
    if (order !== 0) return order;
  }
  return 0;
}

export function orderOf(a: unknown, b: unknown): number {
  return compareSpelled(spell(a), spell(b));
}

function isSame(a: unknown, b: unknown): boolean {
  return orderOf(a, b) === 0;
}

// --- paths (P1–P5)

interface Found {
  value: unknown;
  /** Reached by an index at the very end of the path. */
  isIndexed: boolean;
  /** Which element was taken of the array at each place. */
  choices: Record<string, number | string>;
}

const MISSING = { value: undefined, isIndexed: false, choices: {} };

function find(value: unknown, steps: readonly string[], forSort: boolean, place: string): Found[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [{ value, isIndexed: false, choices: {} }];
  if (isObject(value)) return find(Object.entries(value).find(([key]) => key === step)?.[1], rest, forSort, `${place}.${step}`);
  if (!Array.isArray(value)) return [MISSING];
  const found: Found[] = [];
  const isNumber = /^[0-9]+$/.test(step);
  if (isNumber && Object.keys(value).includes(step)) {
    const element = value[Number(step)];
    if (rest.length === 0) found.push({ value: element, isIndexed: true, choices: {} });
    else if (isObject(element) || Array.isArray(element)) found.push(...find(element, rest, forSort, `${place}.${step}`));
  }
  if (!(isNumber && forSort))
    value.forEach((element, index) => {
      if (!isObject(element)) return;
      const inside = find(element, steps, forSort, place);
      // To sort, an element that leads nowhere is met all the same.
      for (const each of inside.length > 0 || !forSort ? inside : [MISSING])
        found.push({ ...each, choices: { ...each.choices, [place]: index } });
    });
  // To sort, an array without such elements is met all the same.
  if (found.length === 0 && forSort && !isNumber) found.push({ ...MISSING, choices: { [place]: 'none' } });
  return found;
}

function everything({ value, isIndexed }: Found): unknown[] {
  return Array.isArray(value) && !isIndexed ? [value, ...value] : [value];
}

// --- filters

export function matches(document: unknown, filter: object): boolean {
  return Object.entries(filter).every(([key, condition]) => {
    if (key === '$and') return condition.every((part: object) => matches(document, part));
    if (key === '$or') return condition.some((part: object) => matches(document, part));
    if (key === '$nor') return !condition.some((part: object) => matches(document, part));
    return meets(find(document, key.split('.'), false, ''), condition);
  });
}

function isOperators(condition: unknown): condition is Plain {
  return isObject(condition) && Object.keys(condition).some((key) => key[0] === '$');
}

function meets(found: Found[], condition: unknown): boolean {
  if (!isOperators(condition)) return found.flatMap(everything).some((value) => isEqual(value, condition));
  return Object.entries(condition).every(([name, operand]) => holds(found, name, operand, condition));
}

function isEqual(value: unknown, operand: unknown): boolean {
  if (operand instanceof RegExp && typeof value === 'string')
    return operand.sticky
      ? value.search(new RegExp(`^(?:${operand.source})`, operand.flags.replace(/[gy]/g, ''))) === 0
      : value.search(operand) >= 0;
  return isSame(value, operand);
}

// biome-ignore lint/suspicious/noExplicitAny: operands are whatever the operator takes
function holds(found: Found[], name: string, operand: any, siblings: Plain): boolean {
  const any = (test: (value: unknown) => boolean): boolean => found.flatMap(everything).some(test);
  const whole = (test: (value: unknown) => boolean): boolean => found.map(({ value }) => value).some(test);
  const range = (test: (order: number) => boolean): boolean =>
    any((value) => {
      if (classOf(value) !== classOf(operand) || operand instanceof RegExp) return false;
      if (Number.isNaN(value) || Number.isNaN(operand)) return Number.isNaN(value) && Number.isNaN(operand) && test(0);
      return test(orderOf(value, operand));
    });
  const fold = (text: string): string => (siblings.$options === 'i' ? text.toLowerCase() : text);
  switch (name) {
    case '$eq':
      return any((value) => isEqual(value, operand));
    case '$ne':
      return !any((value) => isEqual(value, operand));
    case '$gt':
      return range((order) => order > 0);
    case '$gte':
      return range((order) => order >= 0);
    case '$lt':
      return range((order) => order < 0);
    case '$lte':
      return range((order) => order <= 0);
    case '$in':
      return operand.some((member: unknown) => any((value) => isEqual(value, member)));
    case '$nin':
      return !operand.some((member: unknown) => any((value) => isEqual(value, member)));
    case '$exists':
      return whole((value) => value !== undefined) === operand;
    case '$not':
      return !meets(found, operand);
    case '$regex':
      return any((value) => isEqual(value, operand));
    case '$startsWith':
      return any((value) => typeof value === 'string' && fold(value).indexOf(fold(operand)) === 0);
    case '$contains':
      return whole((value) =>
        Array.isArray(value)
          ? value.some((element) => isEqual(element, operand))
          : typeof value === 'string' && typeof operand === 'string' && fold(value).indexOf(fold(operand)) >= 0,
      );
    case '$options':
      return true;
    case '$size':
      return whole((value) => Array.isArray(value) && value.length === operand);
    case '$all':
      return operand.length > 0 && operand.every((member: unknown) => meets(found, member));
    case '$mod':
      return any((value) => classOf(value) === 1 && Math.trunc(Number(value)) % operand[0] === operand[1]);
    case '$type':
      return any((value) => [operand].flat().some((type: string | number) => isOfType(value, type)));
    case '$elemMatch':
      return whole((value) => Array.isArray(value) && value.some((element) => isElement(element, operand)));
    default:
      throw new Error(name);
  }
}

function isElement(element: unknown, condition: Plain): boolean {
  const isFilter = Object.keys(condition).every((key) => key[0] !== '$' || ['$and', '$or', '$nor'].includes(key));
  return isFilter ? isObject(element) && matches(element, condition) : meets([{ value: element, isIndexed: true, choices: {} }], condition);
}

/** Whether `$pull` takes an element out. */
export function pulls(element: unknown, operand: unknown): boolean {
  return isObject(operand) ? isElement(element, operand) : isEqual(element, operand);
}

function isOfType(value: unknown, type: string | number): boolean {
  if (value === undefined) return false;
  const isInt = Number.isInteger(value) && Math.abs(value as number) < 2 ** 31;
  switch (type) {
    case 'int':
      return isInt;
    case 'double':
    case 1:
      return typeof value === 'number' && !isInt;
    case 'long':
      return typeof value === 'bigint';
    case 4:
      return Array.isArray(value);
    default:
      return classOf(value) === ['null', 'number', 'string', 'object', 'array', 'binData', 'bool', 'date', 'regex'].indexOf(type as string);
  }
}

// --- sort

type Key = { isEmpty: true } | { isEmpty: false; value: unknown };

function compareKeys(a: Key, b: Key): number {
  if (a.isEmpty || b.isEmpty) return Number(b.isEmpty) - Number(a.isEmpty);
  return orderOf(a.value, b.value);
}

interface Offer {
  key: Key;
  choices: Found['choices'];
}

function offersOf(document: unknown, path: string): Offer[] {
  const found = find(document, path.split('.'), true, '');
  if (found.length === 0) return [{ key: { isEmpty: false, value: undefined }, choices: {} }];
  const place = `.${path}`;
  return found.flatMap(({ value, isIndexed, choices }): Offer[] => {
    if (!Array.isArray(value) || isIndexed) return [{ key: { isEmpty: false, value }, choices }];
    if (value.length === 0) return [{ key: { isEmpty: true }, choices: { ...choices, [place]: 'none' } }];
    return value.map((element, index) => ({ key: { isEmpty: false, value: element }, choices: { ...choices, [place]: index } }));
  });
}

/** The keys by which a document is sorted, one for each path; `undefined` for arrays beside each other. */
function keysOf(document: unknown, sort: Record<string, 1 | -1>): Key[] | undefined {
  const paths = Object.keys(sort);
  let tuples: Offer[][] = [[]];
  for (const path of paths) tuples = tuples.flatMap((tuple) => offersOf(document, path).map((offer) => [...tuple, offer]));
  const isParallel = tuples.some((tuple) =>
    tuple.some((a) =>
      tuple.some((b) => {
        const common = Object.keys(a.choices).every((place) => !(place in b.choices) || a.choices[place] === b.choices[place]);
        return common && Object.keys(a.choices).some((p) => !(p in b.choices)) && Object.keys(b.choices).some((p) => !(p in a.choices));
      }),
    ),
  );
  if (isParallel) return undefined;
  return tuples
    .filter((tuple) =>
      tuple.every((a) => tuple.every((b) => Object.keys(a.choices).every((p) => !(p in b.choices) || a.choices[p] === b.choices[p]))),
    )
    .map((tuple) => tuple.map(({ key }) => key))
    .reduce((best, keys) => (compareTuples(keys, best, Object.values(sort)) < 0 ? keys : best));
}

function compareTuples(a: Key[], b: Key[], directions: (1 | -1)[]): number {
  for (const [i, direction] of directions.entries()) {
    const order = compareKeys(a[i] as Key, b[i] as Key) * direction;
    if (order !== 0) return order;
  }
  return 0;
}

/** The order of two documents, `undefined` where one of them has arrays beside each other. */
export function orderOfDocuments(a: Plain, b: Plain, sort: Record<string, 1 | -1>): number | undefined {
  const [first, second] = [keysOf(a, sort), keysOf(b, sort)];
  if (!first || !second) return undefined;
  return compareTuples(first, second, Object.values(sort)) || orderOf(a._id, b._id);
}
