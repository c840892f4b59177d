import { expect, test, vi } from 'vitest';
import { draft, plain } from './draft.ts';

const untouched = {
  changed(): void {
    throw new Error('told of a change');
  },
};

/** A draft, what has been heard of it, and a frozen original. */
function drafted<T>(original: T): { value: T; onChange: ReturnType<typeof vi.fn> } {
  const onChange = vi.fn();
  return { value: draft(deepFrozen(original), { changed: onChange }), onChange };
}

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value) for (const part of Object.values(Object.freeze(value))) deepFrozen(part);
  return value;
}

test('a draft of an unchanged value is the original again', () => {
  const original = { user: { tags: ['a'] } };
  const value = draft(original, untouched);
  expect(value.user.tags.map((tag) => tag)).toEqual(['a']);
  expect(plain(value)).toBe(original);
  expect(plain(value.user)).toBe(original.user);
});

test('a change at any depth is told and leaves the original and all that is beside it alone', () => {
  const original = { user: { name: 'Ada', tags: ['a'] }, sizes: [1, 2] };
  const { value, onChange } = drafted(original);
  value.user.name = 'Grace';
  expect(onChange).toHaveBeenCalled();
  expect(value.user.name).toBe('Grace');
  expect(original.user.name).toBe('Ada');
  const content = plain(value);
  expect(content).toEqual({ user: { name: 'Grace', tags: ['a'] }, sizes: [1, 2] });
  expect(content.user.tags).toBe(original.user.tags);
  expect(content.sizes).toBe(original.sizes);
});

test('each read is told, at any depth', () => {
  const read = vi.fn();
  const value = draft({ user: { name: 'Ada' } }, { read });
  expect(read).not.toHaveBeenCalled();
  expect(value.user.name).toBe('Ada');
  expect(read).toHaveBeenCalledTimes(2);
});

test('a part read twice is the same object, so `indexOf` and `includes` find it', () => {
  const { value } = drafted([{ id: 1 }, { id: 2 }]);
  const second = value[1] as { id: number };
  expect(value[1]).toBe(second);
  expect(value.indexOf(second)).toBe(1);
  expect(value.includes(second)).toBe(true);
});

const changes: [string, (list: number[]) => unknown][] = [
  ['push', (list) => list.push(9, 8)],
  ['pop', (list) => list.pop()],
  ['shift', (list) => list.shift()],
  ['unshift', (list) => list.unshift(9)],
  ['splice', (list) => list.splice(1, 2, 9, 8, 7)],
  ['sort', (list) => list.sort((a, b) => a - b)],
  ['reverse', (list) => list.reverse()],
  ['fill', (list) => list.fill(0, 1)],
  ['copyWithin', (list) => list.copyWithin(0, 2)],
  ['length', (list) => (list.length = 1)],
  ['an index', (list) => (list[5] = 9)],
  ['delete', (list) => Reflect.deleteProperty(list, 1)],
];
test.each(changes)('%s does to a draft what it does to an array', (_, change) => {
  const original = [3, 1, 4, 2];
  const expected = [...original];
  const answer = change(expected);
  const { value, onChange } = drafted(original);
  expect(change(value)).toEqual(answer);
  expect(value).toEqual(expected);
  expect(plain(value)).toEqual(expected);
  expect(onChange).toHaveBeenCalled();
  expect(original).toEqual([3, 1, 4, 2]);
});

test('`delete`, `in`, spreads and `Object.keys` see the draft, not the original', () => {
  const { value, onChange } = drafted<Record<string, number>>({ a: 1, b: 2 });
  delete value.a;
  expect(onChange).toHaveBeenCalledTimes(1);
  value.c = 3;
  expect('a' in value).toBe(false);
  expect({ ...value }).toEqual({ b: 2, c: 3 });
  expect(Object.keys(value)).toEqual(['b', 'c']);
  expect(JSON.stringify(value)).toBe('{"b":2,"c":3}');
  expect(plain(value)).toEqual({ b: 2, c: 3 });
});

test('an assignment of the same value tells no one', () => {
  const value = draft({ n: 1, tags: ['a'] }, untouched);
  value.n = 1;
  // biome-ignore lint/correctness/noSelfAssign: it is what is tested
  value.tags = value.tags;
  expect(plain(value)).toEqual({ n: 1, tags: ['a'] });
});

test('what is moved, or taken out and put back changed, arrives as it is', () => {
  const { value } = drafted([
    { id: 1, done: false },
    { id: 2, done: false },
  ]);
  const last = value.pop() as { id: number; done: boolean };
  last.done = true;
  value.unshift(last);
  expect(plain(value)).toEqual([
    { id: 2, done: true },
    { id: 1, done: false },
  ]);
});

test('a draft put into another one leaves a copy there', () => {
  const from = drafted({ user: { name: 'Ada' } }).value;
  const to = drafted<{ user?: { name: string } }>({}).value;
  to.user = from.user;
  from.user.name = 'Grace';
  expect(plain(to)).toEqual({ user: { name: 'Ada' } });
});

test('what is assigned is copied: later changes of it do not reach the value', () => {
  const { value } = drafted<{ user?: { name: string } }>({});
  const user = { name: 'Ada' };
  value.user = user;
  user.name = 'Grace';
  expect(plain(value)).toEqual({ user: { name: 'Ada' } });
  value.user.name = 'Edsger';
  expect(user.name).toBe('Grace');
});

test('a Map, Set, Date, Blob or instance of a class is one value', () => {
  class Point {}
  for (const whole of [new Map(), new Set(), new Date(), new Blob(), new Point(), new Uint8Array(1)]) {
    expect(draft(whole, untouched)).toBe(whole);
    expect(plain(whole)).toBe(whole);
    expect(plain({ part: whole }).part).toBe(whole);
    expect(draft({ part: whole }, untouched).part).toBe(whole);
  }
});

test('a plain copy holds no proxy', () => {
  const proxy = new Proxy({ list: new Proxy([new Proxy({ n: 1 }, {})], {}) }, {});
  const copy = plain({ proxy, draft: drafted({ n: 2 }).value });
  expect(structuredClone(copy)).toEqual({ proxy: { list: [{ n: 1 }] }, draft: { n: 2 } });
});

test('a plain copy keeps cycles and what is shared', () => {
  const shared = { n: 1 };
  const value: Record<string, unknown> = { first: shared, second: shared };
  value.self = value;
  const copy = plain(value);
  expect(copy).not.toBe(value);
  expect(copy.self).toBe(copy);
  expect(copy.first).toBe(copy.second);
});

test('a property named __proto__ is data and nothing else', () => {
  const hostile = JSON.parse('{"__proto__":{"isAdmin":true},"n":1}');
  expect(JSON.stringify(plain(hostile))).toBe('{"__proto__":{"isAdmin":true},"n":1}');
  const { value } = drafted(hostile);
  expect(Reflect.get(value, '__proto__')).toEqual({ isAdmin: true });
  value.n = 2;
  expect(JSON.stringify(plain(value))).toBe('{"__proto__":{"isAdmin":true},"n":2}');
  // Without such a property it leads to what all objects share, which is no part of the value.
  expect(Reflect.get(drafted({}).value, '__proto__')).toBe(Object.prototype);
});
