import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inspect, LIMITS } from '../inspect.ts';
import { isPlainJson, plainCopy } from './plain-copy.ts';

test('a plain copy is equal, shares nothing, and lacks what is undefined', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (given) => {
      const copy = plainCopy(given);
      if (Object.keys(given).some((name) => name.startsWith('$') || name.includes('\0'))) expect(copy).toBeUndefined();
      else if (copy !== undefined) {
        expect(copy).toEqual(given);
        expect(copy).not.toBe(given);
        for (const [name, part] of Object.entries(given)) if (typeof part === 'object' && part) expect(copy[name]).not.toBe(part);
      }
    }),
  );
  expect(Object.keys(plainCopy({ a: undefined, b: { c: undefined, d: 1 } }) ?? {})).toEqual(['b']);
  expect(plainCopy({ b: { c: undefined, d: 1 } })).toStrictEqual({ b: { d: 1 } });
});

test('a name that leads to the prototype stays a name', () => {
  const copy = plainCopy(JSON.parse('{ "__proto__": { "isAdmin": true }, "a": { "__proto__": [1] } }')) as object;
  expect(Object.hasOwn(copy, '__proto__')).toBe(true);
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  expect('isAdmin' in copy).toBe(false);
});

test('an accessor counts as its value', () => {
  const given = {
    get a() {
      return 1;
    },
  };
  expect(Object.getOwnPropertyDescriptor(plainCopy(given), 'a')).toMatchObject({ value: 1 });
});

const cycle: { self?: unknown } = {};
cycle.self = cycle;
const deep = Array.from({ length: LIMITS.depth + 2 }).reduce<object>((inner) => ({ inner }), {});

test.each([
  ['a date', { a: new Date(0) }],
  ['a map', { a: new Map() }],
  ['bytes', { a: new Uint8Array(1) }],
  ['a bigint', { a: 1n }],
  ['NaN', { a: Number.NaN }],
  ['minus zero', { a: -0 }],
  ['a function', { a() {} }],
  ['a symbol', { [Symbol('a')]: 1 }],
  ['a hidden property', Object.defineProperty({}, 'a', { value: 1 })],
  ['an instance', new (class Note {})()],
  ['undefined in an array', { a: [undefined] }],
  ['a hole', { a: new Array(1) }],
  ['a named property of an array', { a: Object.assign([1], { b: 1 }) }],
  ['an operator as a name', { a: { $set: 1 } }],
  ['NUL in a name', { 'a\0': 1 }],
  ['a cycle', cycle],
  ['too many levels', deep],
])('%s takes the longer look', (_, given) => {
  expect(plainCopy(given)).toBeUndefined();
});

test('what is told to be plain JSON comes back from it', () => {
  fc.assert(
    fc.property(fc.anything({ withDate: true, withMap: true, withBigInt: true, withTypedArray: true, withSparseArray: true }), (value) => {
      let isStorable = true;
      try {
        inspect(value, 'clone');
      } catch {
        isStorable = false;
      }
      // Others have been refused before.
      if (isStorable && isPlainJson(value)) expect(Object.is(value, -0) ? 0 : JSON.parse(JSON.stringify(value))).toEqual(value);
    }),
  );
  expect([[], {}, 'a', 1, null, true, [{ a: [1] }]].every(isPlainJson)).toBe(true);
  expect([undefined, Number.NaN, -0, 1n, new Date(), [undefined], { a: new Set() }].some(isPlainJson)).toBe(false);
});
