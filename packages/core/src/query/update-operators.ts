import { isPlain } from '../inspect.ts';
import { type Operation, valueAt } from './operations.ts';
import { refuseUndefined } from './refuse.ts';
import { storable } from './storable.ts';
import { type Demand, equalTo } from './value-tests.ts';
import { compileElement } from './where.ts';

export interface Step {
  readonly name: string;
  /** The operator and the path, for messages. */
  readonly at: string;
  readonly path: string;
  readonly operand: unknown;
}

type Resolve = (step: Step, demand: Demand, document: object, now: () => number) => Operation;

/** What each operator amounts to for one path of a document. */
export const UPDATE_OPERATORS: Readonly<Record<string, Resolve>> = {
  $set: ({ at, path, operand }) => (operand === undefined ? ['unset', path] : ['set', path, storable(operand, at)]),
  $unset: ({ path }) => ['unset', path],
  $inc: arithmetic('inc'),
  $mul: arithmetic('mul'),
  $min: extreme('min'),
  $max: extreme('max'),
  $push({ at, path, operand }, demand) {
    if (!isPlain(operand) || !('$each' in operand)) return ['push', path, { $each: [storable(operand ?? null, at)] }];
    const { $each, $position, $slice, $sort, ...others } = operand;
    demand(Array.isArray($each) && Object.keys(others).length === 0, '$each, an array, with $position, $slice and $sort');
    demand(isWhole($position) && isWhole($slice), 'whole numbers as $position and $slice');
    const directions = Object.values(isPlain($sort) ? $sort : { $sort: $sort ?? 1 });
    demand(
      directions.every((direction) => direction === 1 || direction === -1),
      '1, -1 or paths with 1 or -1 as $sort',
    );
    return ['push', path, { ...operand, $each: storable($each, at) }];
  },
  $addToSet({ at, path, operand }, demand) {
    const isList = isPlain(operand) && '$each' in operand;
    demand(!isList || (Array.isArray(operand.$each) && Object.keys(operand).length === 1), '$each alone, an array');
    return ['addToSet', path, storable(isList ? operand.$each : [operand ?? null], at)];
  },
  $pull({ at, path, operand }, _, document) {
    refuseUndefined(operand, at);
    const isPulled = isPlain(operand) ? compileElement(operand, at) : equalTo(operand);
    // The elements instead of the condition: a log holds no pattern and no filter.
    const old = valueAt(document, path, () => {});
    return ['pull', path, Array.isArray(old) ? old.filter(isPulled) : []];
  },
  $pop({ path, operand }, demand) {
    demand(operand === 1 || operand === -1, '1 for the last or -1 for the first element');
    return ['pop', path, operand];
  },
  $rename: ({ path, operand }) => ['rename', path, operand],
  $currentDate({ path, operand }, demand, _, now) {
    demand(
      operand === true || (isPlain(operand) && Object.keys(operand).length === 1 && operand.$type === 'date'),
      "true or { $type: 'date' }",
    );
    return ['set', path, new Date(now())];
  },
};

function arithmetic(kind: 'inc' | 'mul'): Resolve {
  return ({ path, operand }, demand) => {
    demand(typeof operand === 'number' || typeof operand === 'bigint', 'a number');
    return [kind, path, operand];
  };
}

function extreme(kind: 'min' | 'max'): Resolve {
  return ({ at, path, operand }, demand) => {
    demand(operand !== undefined, 'a value');
    return [kind, path, storable(operand, at)];
  };
}

function isWhole(value: unknown): boolean {
  return value === undefined || Number.isInteger(value);
}
