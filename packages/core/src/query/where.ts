import { isPlain } from '../inspect.ts';
import type { Where } from './conditions.ts';
import { REGEX, rankOf } from './order.ts';
import { type Reach, reach } from './reach.ts';
import { refuse, refuseUndefined } from './refuse.ts';
import { type Demand, equalTo, hasOperators, VALUE_TESTS, type ValueTest, WHOLE } from './value-tests.ts';

type Match = (holder: unknown) => boolean;

const LOGICAL = /^\$(and|or|nor)$/;

/**
 * Makes a test of documents out of a filter, by MongoDB's rules and the deviations in `docs/queries.md`.
 * @throws {StoreError} `INVALID_ARGUMENT`: an unknown operator, a wrong operand, `undefined` anywhere; `path` says where
 */
export function compileWhere<Doc extends object>(where: Where<Doc>): (document: Doc) => boolean {
  refuseUndefined(where, 'where');
  return compileFilter(where, 'where');
}

function compileFilter(filter: unknown, at: string): Match {
  if (!isPlain(filter)) return refuse('query', at, 'a filter is a plain object');
  return every(
    Object.entries(filter).map(([key, value]) =>
      key.startsWith('$') ? compileLogical(key, value, `${at}.${key}`) : compileCondition(value, reach(key), `${at}.${key}`),
    ),
  );
}

function compileLogical(name: string, filters: unknown, at: string): Match {
  if (!LOGICAL.test(name)) return refuse('query', at, 'there is no such operator');
  if (!Array.isArray(filters) || filters.length === 0) return refuse('query', at, 'it takes an array of at least one filter');
  const parts = filters.map((filter, index) => compileFilter(filter, `${at}.${index}`));
  if (name === '$and') return every(parts);
  const isAny: Match = (document) => parts.some((part) => part(document));
  return name === '$or' ? isAny : not(isAny);
}

/** What a filter says of one path. */
function compileCondition(condition: unknown, reached: Reach, at: string): Match {
  if (!hasOperators(condition)) return some(reached, equalTo(condition));
  return every(Object.entries(condition).map(([name, operand]) => compileOperator(name, operand, condition, reached, `${at}.${name}`)));
}

function compileOperator(name: string, operand: unknown, siblings: Record<string, unknown>, reached: Reach, at: string): Match {
  const demand: Demand = (holds, what) => {
    if (!holds) refuse('query', at, `it takes ${what}`);
  };
  switch (name) {
    case '$ne':
      return not(some(reached, equalTo(operand)));
    case '$nin':
      return not(compileOperator('$in', operand, siblings, reached, at));
    case '$not':
      demand(rankOf(operand) === REGEX || hasOperators(operand), 'operators or a RegExp');
      return not(compileCondition(operand, reached, at));
    case '$exists': {
      const isThere: Match = (holder) => reached(holder, (value) => value !== undefined);
      return operand ? isThere : not(isThere);
    }
    case '$all': {
      demand(Array.isArray(operand), 'an array');
      const parts = (operand as unknown[]).map((member) => {
        demand(!hasOperators(member) || String(Object.keys(member)) === '$elemMatch', 'values and $elemMatch');
        return compileCondition(member, reached, at);
      });
      return parts.length > 0 ? every(parts) : () => false;
    }
    case '$elemMatch': {
      const isMatch = compileElement(operand, at);
      return (holder) => reached(holder, (value) => Array.isArray(value) && value.some((element) => isMatch(element)));
    }
    case '$options':
      demand(operand === 'i' && ('$contains' in siblings || '$startsWith' in siblings), "'i', beside $contains or $startsWith");
      return () => true;
  }
  const makeTest = Object.hasOwn(VALUE_TESTS, name) && VALUE_TESTS[name];
  if (!makeTest) return refuse('query', at, 'there is no such operator');
  const test = makeTest(operand, demand, siblings.$options);
  return WHOLE.has(name) ? (holder) => reached(holder, test) : some(reached, test);
}

/** Operators that test an element as it is, or a filter of elements that are plain objects. */
export function compileElement(condition: unknown, at: string): Match {
  if (hasOperators(condition) && Object.keys(condition).some((key) => key.startsWith('$') && !LOGICAL.test(key)))
    // An element that is an array is not looked into.
    return compileCondition(condition, (element, test) => test(element, true), at);
  const isMatch = compileFilter(condition, at);
  return (element) => isPlain(element) && isMatch(element);
}

/** One of the values that a path reaches, or of their elements. Each condition may be met by another one. */
function some(reached: Reach, test: ValueTest): Match {
  return (holder) =>
    reached(holder, (value, isExact) => test(value) || (!isExact && Array.isArray(value) && value.some((element) => test(element))));
}

function every(parts: readonly Match[]): Match {
  const [first] = parts;
  return first && parts.length === 1 ? first : (holder) => parts.every((part) => part(holder));
}

/** Of the whole document: an array with one equal element is not unequal. */
function not(match: Match): Match {
  return (holder) => !match(holder);
}
