import { describe, expect, test } from 'vitest';
import { type Fields, project } from './fields.ts';

const document = { _id: 'x', a: 1, b: { c: 2, d: { e: 3 } }, list: [{ c: 1, d: 2 }, 5, { d: 3 }, [{ c: 4 }]] };

const shown = (fields: object, from: object = document): object => project(fields as Fields<object>)(from);

describe('a projection', () => {
  test('keeps what it names, and _id', () => {
    expect(shown({ a: 1 })).toEqual({ _id: 'x', a: 1 });
    expect(shown({ a: true, missing: 1 })).toEqual({ _id: 'x', a: 1 });
    expect(shown({ _id: 1 })).toEqual({ _id: 'x' });
  });

  test('leaves out what it names', () => {
    expect(shown({ b: 0, list: false })).toEqual({ _id: 'x', a: 1 });
    expect(shown({ _id: 0 })).toEqual({ a: 1, b: document.b, list: document.list });
    expect(shown({ b: 0, list: 0, _id: 1 })).toEqual({ _id: 'x', a: 1 });
  });

  test('_id may be left out of what is kept', () => {
    expect(shown({ a: 1, _id: 0 })).toEqual({ a: 1 });
    expect(shown({ _id: 0, a: 1 })).toEqual({ a: 1 });
  });

  test('keeps the nesting of a dotted path', () => {
    expect(shown({ 'b.d.e': 1 })).toEqual({ _id: 'x', b: { d: { e: 3 } } });
    expect(shown({ 'b.d': 0, list: 0 })).toEqual({ _id: 'x', a: 1, b: { c: 2 } });
    expect(shown({ 'a.x': 1 })).toEqual({ _id: 'x' });
  });

  test('goes through arrays to what the elements hold', () => {
    expect(shown({ 'list.c': 1 })).toEqual({ _id: 'x', list: [{ c: 1 }, {}, [{ c: 4 }]] });
    expect(shown({ 'list.c': 0, b: 0 })).toEqual({ _id: 'x', a: 1, list: [{ d: 2 }, 5, { d: 3 }, [{}]] });
  });

  test('is the whole document where nothing is named or nothing is left out', () => {
    expect(shown({})).toBe(document);
    expect(shown({ missing: 0, 'list.x': 0 })).toBe(document);
  });

  test('shares what it shows with the document', () => {
    expect(shown({ b: 1 })).toHaveProperty('b', document.b);
    expect((shown({ b: 1 }) as typeof document).b).toBe(document.b);
  });

  test('is the object that was shown before, while nothing in it has changed', () => {
    const show = project<typeof document>({ b: 1 });
    const before = show(document);
    expect(show({ ...document, a: 2 }, before)).toBe(before);
    expect(show({ ...document, b: { c: 9, d: { e: 3 } } }, before)).not.toBe(before);
  });

  test('does not take __proto__ for more than a name', () => {
    const hostile = JSON.parse('{"_id":"x","__proto__":{"polluted":1}}');
    expect(Object.keys(shown({ a: 0 }, hostile))).toEqual(['_id', '__proto__']);
    expect(Object.getPrototypeOf(shown({ ['__proto__']: 1 }, { ...hostile, a: 1 }))).toBe(Object.prototype);
    expect(shown({ constructor: 1 })).toEqual({ _id: 'x' });
  });

  test('refuses to keep and leave out, paths inside each other, and flags that are none', () => {
    const cases: [object, string][] = [
      [{ a: 1, b: 0 }, 'fields.b'],
      [{ b: 1, 'b.c': 1 }, 'fields.b.c'],
      [{ 'b.c': 1, b: 1 }, 'fields.b'],
      [{ a: 2 }, 'fields.a'],
      [{ a: undefined }, 'fields.a'],
      [{ _id: 'x' }, 'fields._id'],
    ];
    for (const [fields, path] of cases) expect(() => shown(fields)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', path }));
  });
});
