import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batch, computed, type Observable, source } from '../src/observable.ts';

const SOURCES = 4;
const DERIVED = 6;

/** What a derived value reads: any node before it, a third one only while the first is odd; `modulo` lets changes end on the way; 9 throws. */
interface Shape {
  readonly first: number;
  readonly second: number;
  readonly third: number;
  readonly modulo: number;
}

const shape = fc.record({ first: fc.nat(99), second: fc.nat(99), third: fc.nat(99), modulo: fc.constantFrom(2, 3, 11) });
const sets = fc.array(fc.tuple(fc.nat(SOURCES - 1), fc.nat(9)), { minLength: 1, maxLength: 4 });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('set' as const), sets }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('watch' as const), node: fc.nat(SOURCES + DERIVED - 1) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('stop' as const), index: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('read' as const), node: fc.nat(SOURCES + DERIVED - 1) }) },
);

function combine(read: (node: number) => number, { first, second, third, modulo }: Shape, index: number): number {
  const before = SOURCES + index;
  const a = read(first % before);
  const sum = a + read(second % before) + (a % 2 === 1 ? read(third % before) : 0);
  if (sum === 9) throw new Error('nine');
  return sum % modulo;
}

function outcome(work: () => number): number | string {
  try {
    return work();
  } catch (error) {
    return (error as Error).message;
  }
}

test('values, who hears of them and how often something is derived are what the plain definition says', () => {
  fc.assert(
    fc.property(
      fc.array(shape, { minLength: DERIVED, maxLength: DERIVED }),
      fc.array(step, { minLength: 1, maxLength: 25 }),
      (shapes, steps) => {
        const values = Array.from({ length: SOURCES }, () => 0);
        const truth = (node: number): number =>
          node < SOURCES ? (values[node] as number) : combine(truth, shapes[node - SOURCES] as Shape, node - SOURCES);

        const sources = values.map((value) => source(value));
        const nodes: Observable<number>[] = [...sources];
        let derivations: number[] = [];
        for (const [index, each] of shapes.entries())
          nodes.push(
            computed(() => {
              derivations.push(index);
              return combine((node) => (nodes[node] as Observable<number>).get(), each, index);
            }),
          );

        const watches: { node: number; told: number | string; heard: number; stop(): void }[] = [];
        for (const { type, ...how } of steps) {
          derivations = [];
          if ('sets' in how) {
            for (const watch of watches) watch.heard = 0;
            batch(() => {
              for (const [node, value] of how.sets) {
                values[node] = value;
                (sources[node] as (typeof sources)[0]).set(value);
              }
            });
            for (const watch of watches) {
              const now = outcome(() => truth(watch.node));
              // One that cannot be derived is told of by the page's error event.
              if (typeof now === 'number') {
                expect(watch.heard).toBe(now === watch.told ? 0 : 1);
                watch.told = now;
              } else expect(watch.heard).toBe(0);
            }
            if (watches.length === 0) expect(derivations).toEqual([]);
          } else if (type === 'watch' && 'node' in how) {
            const node = nodes[how.node] as Observable<number>;
            const told = outcome(() => truth(how.node));
            const watch = { node: how.node, told, heard: 0, stop: () => {} };
            const subscribe = (): number => {
              watch.stop = node.subscribe(() => watch.heard++);
              return 0;
            };
            if (typeof told === 'string') expect(subscribe).toThrow(told);
            else {
              subscribe();
              watches.push(watch);
            }
          } else if ('index' in how) watches.splice(how.index, 1)[0]?.stop();
          else if ('node' in how) expect(outcome(() => (nodes[how.node] as Observable<number>).get())).toBe(outcome(() => truth(how.node)));
          expect(new Set(derivations).size).toBe(derivations.length);
        }
        for (const [node, each] of nodes.entries()) expect(outcome(each.get)).toBe(outcome(() => truth(node)));
      },
    ),
    { numRuns: 2_000 },
  );
});
