import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { equal } from '../../src/equal.ts';
import { StoreError } from '../../src/errors.ts';
import { applyOperations } from '../../src/query/operations.ts';
import { type Resolved, resolveUpdate } from '../../src/query/update.ts';
import type { Update } from '../../src/query/update-type.ts';
import { type Doc, document, update } from './documents.ts';
import { updated } from './update-oracle.ts';

const CASES = 20_000;
const NOW = 9;
const options = { numRuns: CASES };
const timeout = 60_000;

function resolve(before: Doc, change: object): Resolved<Doc> | undefined {
  try {
    return resolveUpdate(before, change as Update<Doc>, () => NOW);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'INVALID_ARGUMENT' && error.path) return undefined;
    throw error;
  }
}

function expectedOf(before: Doc, change: object): object | undefined {
  const operands = Object.entries(change).filter(([name]) => name.startsWith('$'));
  const paths = operands.flatMap(([name, fields]) =>
    Object.entries(fields).flatMap(([path, to]) => (name === '$rename' ? [path, String(to)] : [path])),
  );
  if (paths.some((a, i) => paths.some((b, j) => i !== j && `${a}.`.startsWith(`${b}.`)))) return undefined;
  try {
    return updated(before, change as Doc, NOW);
  } catch {
    return undefined;
  }
}

describe('an update', () => {
  test('does what the rules say, and is refused where they refuse it', { timeout }, async () => {
    let done = 0;
    await fc.assert(
      fc.property(document, update, (before, change) => {
        const after = resolve(before, change)?.document;
        if (after) done++;
        return equal(after, expectedOf(before, change));
      }),
      options,
    );
    // Or it would only refuse.
    expect(done).toBeGreaterThan(CASES / 4);
  });

  test('amounts to operations that do the same, and to none where it changes nothing', { timeout }, async () => {
    await fc.assert(
      fc.property(document, update, (before, change) => {
        const copy = structuredClone(before);
        const resolved = resolve(before, change);
        expect(equal(before, copy)).toBe(true);
        if (!resolved) return;
        const { document: after, operations } = resolved;
        expect(equal(applyOperations(before, operations), after)).toBe(true);
        expect(equal(applyOperations(before, structuredClone(operations)), after)).toBe(true);
        expect(operations.length === 0).toBe(after === before);
        expect(after === before).toBe(equal(after, before));
      }),
      options,
    );
  });

  test('shares with the old document what it does not change', { timeout }, async () => {
    await fc.assert(
      fc.property(document, update, (before, change) => {
        const after = resolve(before, change)?.document ?? before;
        for (const [key, value] of Object.entries(after)) if (equal(value, before[key])) expect(value).toBe(before[key]);
      }),
      options,
    );
  });

  test('can be applied to any other document, whatever is in the way there', { timeout }, async () => {
    await fc.assert(
      fc.property(document, document, update, (before, other, change) => {
        const operations = resolve(before, change)?.operations ?? [];
        const copy = structuredClone(other);
        const after = applyOperations(other, operations);
        expect(after._id).toBe(other._id);
        expect(equal(other, copy)).toBe(true);
        for (const [kind, path, operand] of operations)
          if (kind === 'set' && !path.includes('.')) expect(equal(after[path], operand)).toBe(true);
      }),
      options,
    );
  });
});
