import { expect, test } from 'vitest';
import { LIMITS } from '../inspect.ts';
import { json } from './json.ts';

test('the data is the value itself, without annotations', () => {
  const value = { a: [1, 'b', null, { __proto__: null, constructor: 1 }] };
  expect(json.encode(value)).toEqual({ json: value });
  expect(json.decode({ json: JSON.parse(JSON.stringify(value)) })).toEqual(value);
});

test.each([
  ['a.at', { a: { at: new Date(0) } }],
  ['list[1]', { list: [1, undefined] }],
  ['n', { n: -0 }],
])('refuses %s, which JSON changes', (path, value) => {
  expect(() => json.encode(value)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_VALUE', path }));
});

test('an own key __proto__ goes both ways and pollutes nothing', () => {
  const text = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
  const value = json.decode(json.encode(JSON.parse(text)) as never);
  expect(JSON.stringify(value)).toBe(text);
  expect({}).not.toHaveProperty('polluted');
});

test.each([
  ['annotations of another codec', { json: '1', meta: { values: ['bigint'], v: 1 } }],
  ['what JSON cannot have written', { json: { a: new Date(0) } }],
  ['too deep a value', { json: JSON.parse('['.repeat(LIMITS.depth + 2) + ']'.repeat(LIMITS.depth + 2)) }],
  ['a depth bomb', { json: JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) }],
  ['too many parts', { json: new Array(LIMITS.nodes).fill(null) }],
  ['no data', {}],
])('%s: CORRUPT', (_, encoded) => {
  expect(() => json.decode(encoded as never)).toThrow(expect.objectContaining({ code: 'CORRUPT' }));
});
