import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson } from './parse-json.ts';

/** What makes V8 read the next key that has an escape as a backslash. */
const poison = (): unknown => JSON.parse('{"h":[],"\\\\":0}');

test('a key with an escape is read as it was written, whatever was read before', () => {
  for (const key of ['"', '\n', '\f', 'a"b', '\\', '\\n', '\u0001', '\ud800']) {
    poison();
    const value = { h: 1, [key]: { [key]: [{ [key]: '\\"' }] } };
    expect(parseJson(JSON.stringify(value))).toEqual(value);
  }
});

test('reads what JSON.stringify has written, with keys in their order and own keys of any name', () => {
  const key = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', '"', '\\', '\n', '\uE0000', '0', 'a:"b"'));
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      fc.string(),
      fc.integer(),
      fc.constant(null),
      fc.array(tie('tree')),
      fc.dictionary(key, tie('tree')),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      poison();
      const text = JSON.stringify(value);
      expect(JSON.stringify(parseJson(text))).toBe(text);
    }),
    { numRuns: Number(process.env.RUNS ?? 2_000) },
  );
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test('refuses what is no JSON, cut off or not', () => {
  const text = JSON.stringify({ 'a"b': [1, { '\n': 'x' }] });
  for (let end = 0; end < text.length; end++) expect(() => parseJson(text.slice(0, end))).toThrow();
  for (const bad of ['{"a\\":1}', '{"\\x":1}', '{"a\\"b" 1}', '"\\"', `${'['.repeat(100_000)}"\\""`])
    expect(() => parseJson(bad)).toThrow();
});

test('a text of bombs ends soon: deep, long, and full of keys', () => {
  const bombs = [`{"\\"":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, `{${'"\\"":1,'.repeat(50_000)}"a":1}`, '"\\'.repeat(50_000)];
  for (const bomb of bombs) {
    try {
      parseJson(bomb);
    } catch (error) {
      expect((error as Error).name).toBe('SyntaxError');
    }
  }
});
