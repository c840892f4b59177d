import { ARRAY, BINARY, BOOLEAN, compare, DATE, NUMBER, OBJECT, OPAQUE, REGEX, rankOf, STRING } from './order.ts';

export type ValueTest = (value: unknown) => boolean;

/** Refuses an operand that is not `what` the operator takes. */
export type Demand = (holds: unknown, what: string) => void;

// MongoDB's names and numbers of the types that a document here can have. Numbers answer as its JavaScript driver stores them:
// a whole one of 32 bits is an int, any other a double, a bigint a long.
const TYPES: readonly [code: number, alias: string, test: ValueTest][] = [
  [1, 'double', (value) => typeof value === 'number' && !isInt(value)],
  [2, 'string', isOf(STRING)],
  [3, 'object', isOf(OBJECT)],
  [4, 'array', isOf(ARRAY)],
  [5, 'binData', isOf(BINARY)],
  [8, 'bool', isOf(BOOLEAN)],
  [9, 'date', isOf(DATE)],
  [10, 'null', (value) => value === null],
  [11, 'regex', isOf(REGEX)],
  [16, 'int', isInt],
  [18, 'long', (value) => typeof value === 'bigint'],
  [Number.NaN, 'number', isOf(NUMBER)],
];

function isOf(rank: number): ValueTest {
  return (value) => rankOf(value) === rank;
}

function isInt(value: unknown): boolean {
  return typeof value === 'number' && value === (value | 0);
}

/** The operators that look at one value, each of which makes a test of its operand. */
export const VALUE_TESTS: Readonly<Record<string, (operand: unknown, demand: Demand, options: unknown) => ValueTest>> = {
  $eq: equalTo,
  $gt: (operand) => inRange(operand, (order) => order > 0),
  $gte: (operand) => inRange(operand, (order) => order >= 0),
  $lt: (operand) => inRange(operand, (order) => order < 0),
  $lte: (operand) => inRange(operand, (order) => order <= 0),
  $in: oneOf,
  $regex(operand, demand) {
    demand(rankOf(operand) === REGEX, 'a RegExp, with its options as flags');
    return equalTo(operand);
  },
  $startsWith(operand, demand, options) {
    demand(typeof operand === 'string', 'a text');
    return inText(operand as string, options, 'startsWith');
  },
  $contains(operand, _, options) {
    const isElement = equalTo(operand);
    const isPart = typeof operand === 'string' ? inText(operand, options, 'includes') : () => false;
    return (value) => (Array.isArray(value) ? value.some((element) => isElement(element)) : isPart(value));
  },
  $size(operand, demand) {
    demand(Number.isInteger(operand) && (operand as number) >= 0, 'a whole number from 0');
    return (value) => Array.isArray(value) && value.length === operand;
  },
  $mod(operand, demand) {
    const isPair = Array.isArray(operand) && operand.length === 2 && operand.every(Number.isFinite);
    // MongoDB rounds all three numbers towards zero.
    const [divisor = 0, remainder] = isPair ? operand.map(Math.trunc) : [];
    demand(divisor, '[divisor, remainder], two numbers, the first not 0');
    return (value) =>
      typeof value === 'bigint'
        ? Number(value % BigInt(divisor)) === remainder
        : typeof value === 'number' && Math.trunc(value) % divisor === remainder;
  },
  $type(operand, demand) {
    const tests = [operand].flat().map((name) => {
      const found = TYPES.find(([code, alias]) => name === code || name === alias);
      demand(found, `types, each one of ${TYPES.map(([, alias]) => alias).join(', ')}`);
      return found?.[2] as ValueTest;
    });
    demand(tests.length, 'at least one type');
    return (value) => tests.some((test) => test(value));
  },
};

/** The operators that look at an array as a whole, never at its elements one by one. */
export const WHOLE: ReadonlySet<string> = new Set(['$size', '$contains']);

/** Equality as a query means it: null is also what is missing, a RegExp also what it matches. */
export function equalTo(operand: unknown): ValueTest {
  if (typeof operand === 'string' || typeof operand === 'boolean') return (value) => value === operand;
  const isEqual: ValueTest = (value) => compare(value, operand) === 0;
  if (rankOf(operand) !== REGEX) return isEqual;
  // A copy, because `g` and `y` move the `lastIndex` of what they test with.
  const pattern = new RegExp(operand as RegExp);
  return (value) => {
    pattern.lastIndex = 0;
    return typeof value === 'string' ? pattern.test(value) : isEqual(value);
  };
}

function oneOf(operands: unknown, demand: Demand): ValueTest {
  demand(Array.isArray(operands) && !operands.some(hasOperators), 'an array of values');
  // A set, because lists of ids are long.
  const texts = new Set<unknown>();
  const tests: ValueTest[] = [];
  for (const operand of operands as unknown[]) typeof operand === 'string' ? texts.add(operand) : tests.push(equalTo(operand));
  return (value) => texts.has(value) || tests.some((test) => test(value));
}

/** Whether it is a plain object with an operator among its keys. */
export function hasOperators(value: unknown): value is Record<string, unknown> {
  return rankOf(value) === OBJECT && Object.keys(value as object).some((key) => key.startsWith('$'));
}

// Values of one class only, and of those that have an order. NaN is in a range with itself alone.
function inRange(operand: unknown, holds: (order: number) => boolean): ValueTest {
  const rank = rankOf(operand);
  if (rank === REGEX || rank === OPAQUE) return () => false;
  return (value) => rankOf(value) === rank && Number.isNaN(value) === Number.isNaN(operand) && holds(compare(value, operand));
}

function inText(part: string, options: unknown, how: 'startsWith' | 'includes'): ValueTest {
  if (!options) return (value) => typeof value === 'string' && value[how](part);
  const folded = part.toLowerCase();
  return (value) => typeof value === 'string' && value.toLowerCase()[how](folded);
}
