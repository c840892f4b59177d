import { describe, expect, test } from 'vitest';
import { canonicalQuery, type Query, windowOf } from './query.ts';

const text = (query: object): string => canonicalQuery(query as Query<never>);

describe('the text of a query', () => {
  test('is the same in any order of fields', () => {
    expect(text({ fields: { a: 1, b: true } })).toBe(text({ fields: { b: 1, a: 1 } }));
  });

  test('differs with the order of a sort', () => {
    expect(text({ sort: { a: 1, b: 1 } })).not.toBe(text({ sort: { b: 1, a: 1 } }));
  });

  test('is the same where a default is said', () => {
    expect(text({ where: {}, sort: {}, skip: 0, limit: 0, fields: {} })).toBe(text({}));
    expect(text({ sort: undefined, limit: undefined })).toBe(text({}));
    expect(text({ where: { a: -0 } })).toBe(text({ where: { a: 0 } }));
  });

  test('is another one for every other query', () => {
    const operands = [
      0,
      1,
      1n,
      '1',
      '1n',
      true,
      'true',
      null,
      'null',
      Number.NaN,
      Number.POSITIVE_INFINITY,
      new Date(1),
      new Date(2),
      '@1',
      /1/,
      /1/i,
      '/1/',
      /1",2/,
      [],
      [1],
      ['1'],
      [[1]],
      [1, 1],
      {},
      { $eq: 1 },
      { $in: [1] },
      { b: 1 },
      new Uint8Array([1]),
      new Uint8Array([1, 2]),
    ];
    const queries = [
      ...operands.map((a) => ({ where: { a } })),
      { where: { b: 1 } },
      { where: { 'a.b': 1 } },
      { where: { a: 1, b: 1 } },
      { where: { $and: [{ a: 1 }, { b: 1 }] } },
      { where: { $or: [{ a: 1 }, { b: 1 }] } },
      { where: { $or: [{ a: 1, b: 1 }] } },
      { sort: { a: 1 } },
      { sort: { a: -1 } },
      { sort: { a: 1, b: 1 } },
      { sort: { a: 1 }, collation: 'de' },
      { limit: 1 },
      { skip: 1 },
      { skip: 1, limit: 1 },
      { fields: { a: 1 } },
      { fields: { a: 0 } },
      {},
    ];
    expect(new Set(queries.map(text)).size).toBe(queries.length);
  });

  test('refuses undefined in a filter, or for it, so that nothing matches by mistake', () => {
    expect(() => text({ where: undefined })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', path: 'where' }));
    expect(() => text({ where: { a: undefined } })).toThrow(expect.objectContaining({ path: 'where.a' }));
  });

  test('refuses an option that there is not, and what has no text', () => {
    expect(() => text({ wehre: {} })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', path: 'wehre' }));
    expect(() => text({ where: { a: new Blob([]) } })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', path: 'where.a' }));
  });
});

describe('the window of a query', () => {
  test('S7: is what skip and limit say, 0 being no limit', () => {
    expect(windowOf({})).toEqual({ start: 0, end: Number.POSITIVE_INFINITY });
    expect(windowOf({ skip: 2, limit: 0 })).toEqual({ start: 2, end: Number.POSITIVE_INFINITY });
    expect(windowOf({ skip: 2, limit: 3 })).toEqual({ start: 2, end: 5 });
  });

  test('D8: is refused where they are no whole numbers from 0', () => {
    for (const wrong of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '1', null, 1n])
      for (const name of ['skip', 'limit']) {
        const query = { [name]: wrong } as unknown as Query<never>;
        expect(() => windowOf(query), `${name} ${String(wrong)}`).toThrow(
          expect.objectContaining({ code: 'INVALID_ARGUMENT', path: name }),
        );
        expect(() => canonicalQuery(query)).toThrow(expect.objectContaining({ path: name }));
      }
  });
});
