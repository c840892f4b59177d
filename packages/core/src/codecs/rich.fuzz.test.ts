import { inspect } from 'node:util';
import { SuperJSON } from 'superjson';
import { describe, expect, test } from 'vitest';
import type { Encoded } from '../codec.ts';
import { StoreError } from '../errors.ts';
import { rich } from './rich.ts';

const MUTANTS = 50_000;

/** The value, or that it is CORRUPT; any other end fails the test. */
function decode(encoded: unknown): { value: unknown } | 'CORRUPT' {
  try {
    return { value: rich.decode(encoded as Encoded) };
  } catch (error) {
    if (error instanceof StoreError && error.code === 'CORRUPT') return 'CORRUPT';
    throw error;
  }
}

const builtIns = [Object, Array, Function, Map, Set, Date, String].map((c) => c.prototype as object);
const pristine = fingerprint();
function fingerprint(): string {
  return JSON.stringify(builtIns.map((prototype) => Reflect.ownKeys(prototype).map(String)));
}

const thousandMillion = 4_000_000_000;

describe('CORRUPT, at once and without a trace', () => {
  const v = 1;
  const list = ['custom', 'holdfast'];
  test.each<[name: string, encoded: unknown]>([
    // superjson before 1.8.1, CVE-2022-23631: references that reach a prototype.
    ['a reference into __proto__', { json: { a: 1, b: {} }, meta: { referentialEqualities: { a: ['b.__proto__.polluted'] }, v } }],
    [
      'a reference into constructor.prototype',
      { json: { a: 1, b: {} }, meta: { referentialEqualities: { a: ['b.constructor.prototype.polluted'] }, v } },
    ],
    ['a reference from a prototype', { json: { a: null }, meta: { referentialEqualities: { __proto__: null, constructor: ['a'] }, v } }],
    ['a reference to an inherited function', { json: { a: null }, meta: { referentialEqualities: { toString: ['a'] }, v } }],
    ['a reference to a method of a list', { json: { l: [], a: null }, meta: { referentialEqualities: { 'l.push': ['a'] }, v } }],
    ['a reference over data', { json: { a: {}, b: { c: 1 } }, meta: { referentialEqualities: { a: ['b'] }, v } }],
    ['a reference from nothing', { json: { a: null, b: null }, meta: { referentialEqualities: { a: ['b'] }, v } }],
    [
      'an own key __proto__ that is annotated',
      JSON.parse('{"json":{"__proto__":null},"meta":{"values":{"__proto__":["undefined"]},"v":1}}'),
    ],
    [
      'an own key __proto__ beside annotations',
      JSON.parse('{"json":{"__proto__":{"x":1},"n":"1"},"meta":{"values":{"n":["bigint"]},"v":1}}'),
    ],
    [
      'an own key constructor beside annotations',
      { json: { constructor: { prototype: {} }, n: '1' }, meta: { values: { n: ['bigint'] }, v } },
    ],
    // Types that superjson would revive from the data.
    ['a regular expression', { json: '/(a+)+$/', meta: { values: ['regexp'], v } }],
    ['an error', { json: { name: 'a', message: 'b', stack: 'c' }, meta: { values: ['Error'], v } }],
    ['a class', { json: {}, meta: { values: [['class', 'Money']], v } }],
    ['a symbol', { json: 'a', meta: { values: [['symbol', 'a']], v } }],
    ['another custom type', { json: ['Map'], meta: { values: [['custom', 'toString']], v } }],
    ['a typed array of any length', { json: thousandMillion, meta: { values: [['typed-array', 'Uint8Array']], v } }],
    ['a map of superjson', { json: [[1, 2]], meta: { values: ['map'], v } }],
    ['a type by an inherited name', { json: null, meta: { values: ['constructor'], v } }],
    // devalue: 25 bytes for an array of 4e9 elements.
    ['an array of any length', { json: ['Array', thousandMillion, 0, 1], meta: { values: [list], v } }],
    [
      'an array longer than all arrays together may be',
      {
        json: [
          ['Array', 600_000],
          ['Array', 600_000],
        ],
        meta: { values: { 0: [list], 1: [list] }, v },
      },
    ],
    ['an array of a negative length', { json: ['Array', -1], meta: { values: [list], v } }],
    ['an array whose length is text', { json: ['Array', '2'], meta: { values: [list], v } }],
    ['an element beyond the array', { json: ['Array', 1, 1, 'x'], meta: { values: [list], v } }],
    ['an element twice', { json: ['Array', 2, 1, 'x', 1, 'y'], meta: { values: [list], v } }],
    ['an annotation beyond the array', { json: [], meta: { values: { [thousandMillion]: ['undefined'] }, v } }],
    ['an annotation of the length', { json: ['1'], meta: { values: { length: ['bigint'] }, v } }],
    ['a class that is not in the list', { json: ['Function', 'return 1'], meta: { values: [list], v } }],
    ['a global object as a class', { json: ['globalThis', ''], meta: { values: [list], v } }],
    ['a shared buffer', { json: ['SharedArrayBuffer', 'AAAA'], meta: { values: [list], v } }],
    ['bytes that are no base64', { json: ['Uint8Array', 'A*A='], meta: { values: [list], v } }],
    ['bytes with spaces', { json: ['Uint8Array', ' AAAA   '], meta: { values: [list], v } }],
    ['bytes without padding', { json: ['Uint8Array', 'AAA'], meta: { values: [list], v } }],
    ['bytes that are no text', { json: ['Uint8Array', thousandMillion], meta: { values: [list], v } }],
    ['bytes that do not fill an element', { json: ['Float64Array', 'AAAA'], meta: { values: [list], v } }],
    ['a map with a key twice', { json: ['Map', 1, 2, 1, 3], meta: { values: [list], v } }],
    ['a map without its last value', { json: ['Map', 1], meta: { values: [list], v } }],
    ['a set with an item twice', { json: ['Set', 1, 1], meta: { values: [list], v } }],
    ['a key that is no text', { json: ['Object', { toString: 1 }, 1], meta: { values: [list], v } }],
    ['a key that is a number', { json: ['Object', 5, 1], meta: { values: [list], v } }],
    ['a key twice', { json: ['Object', 'a', 1, 'a', 2], meta: { values: [list], v } }],
    ['bytes and something more', { json: ['Uint8Array', 'AAAA', 1], meta: { values: [list], v } }],
    ['an invalid date and something more', { json: ['Date', 1], meta: { values: [list], v } }],
    ['a blob without a type', { json: ['Blob', 'AAAA'], meta: { values: [list], v } }],
    ['a file without a name', { json: ['File', '', ''], meta: { values: [list], v } }],
    ['a date that is none', { json: '2020-13-45', meta: { values: ['Date'], v } }],
    ['a date in another form', { json: '2020', meta: { values: ['Date'], v } }],
    ['an address that is none', { json: 'a b', meta: { values: ['URL'], v } }],
    ['an address in another form', { json: 'HTTPS://A.b', meta: { values: ['URL'], v } }],
    ['a bigint that is none', { json: '0x10', meta: { values: ['bigint'], v } }],
    ['a bigint over a number', { json: 5, meta: { values: ['bigint'], v } }],
    ['a number that is none', { json: '5', meta: { values: ['number'], v } }],
    ['undefined over data', { json: { a: 1 }, meta: { values: ['undefined'], v } }],
    ['text as a tree', { json: 'a', meta: { values: 'bigint', v } }],
    ['text inside a tree', { json: ['1'], meta: { values: { 0: 'bigint' }, v } }],
    ['a path with a stray escape', { json: { a: '1' }, meta: { values: { 'a\\': ['bigint'] }, v } }],
    ['references that are no paths', { json: [null], meta: { referentialEqualities: [[0]], v } }],
    ['another version of annotations', { json: '1', meta: { values: ['bigint'], v: 2 } }],
    ['legacy annotations', { json: { 'a.b': '1' }, meta: { values: { 'a.b': ['bigint'] } } }],
    ['annotations that are no object', { json: '1', meta: 'bigint' }],
    ['no annotations but null', { json: '1', meta: null }],
    ['a depth bomb that is plain', { json: JSON.parse('['.repeat(1000) + ']'.repeat(1000)) }],
    ['what no JSON holds', { json: new Date(0) }],
    ['a depth bomb', { json: JSON.parse('['.repeat(50_000) + ']'.repeat(50_000)), meta: { v } }],
    ['a depth bomb of annotations', { json: '1', meta: { values: JSON.parse('["bigint",'.repeat(5000) + 1 + ']'.repeat(5000)), v } }],
  ])('%s', (_, encoded) => {
    const start = performance.now();
    expect(decode(encoded)).toBe('CORRUPT');
    expect(performance.now() - start).toBeLessThan(2000);
    expect(fingerprint()).toBe(pristine);
  });

  test.each([1000, 20_000])('a graph that references make deeper than its text: %d levels', (length) => {
    const json = Array.from({ length }, () => [null]);
    const referentialEqualities = Object.fromEntries(json.slice(1).map((_, i) => [i + 1, [`${i}.0`]]));
    expect(decode({ json, meta: { referentialEqualities, v: 1 } })).toBe('CORRUPT');
  });

  test('paths that are long, in linear time', () => {
    const start = performance.now();
    for (const path of ['a'.repeat(1e6), '.'.repeat(1e6), '\\\\'.repeat(5e5), `${'a'.repeat(1e6)}\\`])
      expect(decode({ json: {}, meta: { values: { [path]: ['undefined'] }, v: 1 } })).toBe('CORRUPT');
    expect(performance.now() - start).toBeLessThan(2000);
  });

  test('the error holds nothing that was stored', () => {
    let error: unknown;
    try {
      rich.decode({ json: 'secret', meta: { values: ['URL'], v: 1 } });
    } catch (thrown) {
      error = thrown;
    }
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('secret');
    expect(error).toMatchObject({ code: 'CORRUPT', message: 'Cannot decode the value (CORRUPT)' });
  });
});

/** Numbers that look random and are the same in each run. */
function mulberry32(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

// The parts of payloads of ours and of superjson's own types, in all of which the mutants are bred.
const shared = { at: new Date(1), m: new Map<unknown, unknown>([['k', new Set([1n])]]) };
const cycle: unknown[] = [shared, shared];
cycle.push(cycle, { back: cycle, 'a.b\\c': -0 });
const payloads = [
  ...[
    [undefined, Number.NaN, 5n, new Date(5), new URL('https://a.b/')],
    {
      shared,
      again: shared,
      bytes: [new Uint8Array([1, 2, 3]), new Float64Array([1]), new DataView(new ArrayBuffer(2)), new ArrayBuffer(1)],
    },
    JSON.parse('{"a":{"__proto__":{"constructor":1},"b":0}}', (key, item) => (key === 'b' ? new Date(Number.NaN) : item)),
    Object.assign(new Array(4), { 1: new Map([[shared, shared]]) }),
    cycle,
    { plain: [1, 'a', null, { b: true }] },
  ].map((value) => rich.encode(value) as Encoded),
  SuperJSON.serialize({ r: /a/, e: new Error('a'), m: new Map([[shared, 1]]), s: new Set([shared]), t: new Uint8Array(2), shared }),
].map((payload) => JSON.stringify(payload));
const words = JSON.parse(
  `["__proto__","constructor","prototype","toString","length","values","referentialEqualities","v","json","meta","0","1","a.b","\\\\","",
    "Map","Set","Object","Array","Date","File","Blob","ArrayBuffer","Uint8Array","BigInt64Array","Float64Array","DataView","custom","holdfast","bigint",
    "undefined","number","URL","regexp","Error","class","symbol","typed-array","map","set","NaN","-0","Infinity","AAAA","AQI=","1970-01-01T00:00:00.005Z","https://a.b/"]`,
) as string[];
const atoms: unknown[] = [null, true, 0, -1, 1, 2, 1.5, 1e308, thousandMillion, [], {}, [['custom', 'holdfast']], ['custom', 'holdfast'], ['bigint'], ['Date'], ['Map', 1, 2]]; // biome-ignore format: short

type Slot = [parent: Record<string, unknown>, key: string];

function slotsOf(root: object): Slot[] {
  const slots: Slot[] = [];
  const visit = (parent: Record<string, unknown>): void => {
    for (const key of Object.keys(parent)) {
      slots.push([parent, key]);
      const child = parent[key];
      if (typeof child === 'object' && child) visit(child as Record<string, unknown>);
    }
  };
  visit(root as Record<string, unknown>);
  return slots;
}

function mutant(random: (below: number) => number): unknown {
  const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;
  const set = (object: object, key: string, value: unknown): void => {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  };
  const payload = JSON.parse(pick(payloads));
  for (let count = 1 + random(3); count > 0; count--) {
    const slots = slotsOf(payload);
    if (slots.length === 0) break;
    const [parent, key] = pick(slots);
    const value = parent[key];
    const change = random(7);
    if (change === 0) set(parent, key, structuredClone(pick(atoms)));
    else if (change === 1) set(parent, key, pick(words));
    else if (change === 2)
      set(parent, key, structuredClone(pick(slots).reduce((object, name) => (object as never)[name as never]) as unknown));
    else if (change === 3 && Array.isArray(parent)) parent.splice(Number(key), 1);
    else if (change === 3) delete parent[key];
    else if (change === 4 && Array.isArray(parent)) parent.splice(Number(key), 0, pick(words));
    else if (change === 4) set(parent, pick(words), value);
    else if (change === 5 && !Array.isArray(parent)) {
      delete parent[key];
      set(parent, random(2) ? `${pick(words)}.${key}` : pick(words), value);
    } else if (typeof value === 'string')
      set(parent, key, value.slice(0, random(value.length + 1)) + pick(['', ...words]) + value.slice(random(value.length + 1)));
    else set(parent, key, pick(words));
  }
  return payload;
}

test('a mutant is CORRUPT or a value that can be stored like any other', async () => {
  const random = mulberry32(1);
  let decoded = 0;
  let slowest = 0;
  for (let i = 0; i < MUTANTS; i++) {
    const encoded = mutant(random);
    const start = performance.now();
    const result = decode(encoded);
    slowest = Math.max(slowest, performance.now() - start);
    if (result === 'CORRUPT') continue;
    decoded++;
    const again = rich.encode(result.value);
    const first = again instanceof Promise ? await again : again;
    const second = await rich.encode(rich.decode(first));
    if (JSON.stringify(second) !== JSON.stringify(first)) expect(second, JSON.stringify(encoded)).toEqual(first);
  }
  expect(fingerprint()).toBe(pristine);
  expect(Object.keys({}).length + Reflect.ownKeys({}).length).toBe(0);
  // Both ends are really reached.
  expect(decoded).toBeGreaterThan(MUTANTS / 50);
  expect(decoded).toBeLessThan(MUTANTS / 2);
  // A few microseconds on a quiet machine; the rest is for a busy one.
  expect(slowest).toBeLessThan(2000);
}, 60_000);
