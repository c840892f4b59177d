/** What a `Storage` does, as real browsers do it: each rule is run on localStorage in browsers and on ours. */
export interface StorageRule {
  readonly name: string;
  run(storage: Storage): unknown;
  readonly gives: unknown;
}

const rule = (name: string, run: StorageRule['run'], gives: unknown): StorageRule => ({ name, run, gives });

type Loose = Record<PropertyKey, unknown> & Storage;

function failure(work: () => unknown): string {
  try {
    work();
    return 'worked';
  } catch (error) {
    return (error as Error).name;
  }
}

const SYMBOL = Symbol('rule');
const HALVES = ['\ud800', '\udc00\ud800', 'a\0b', '', '💾', 'é', '\uffff'];

export const storageRules: readonly StorageRule[] = [
  rule('absent is null, and a property that is absent undefined', (s) => [s.getItem('a'), (s as Loose).a, 'a' in s, s.key(0)], [null, undefined, false, null]), // biome-ignore format: one line
  rule('every UTF-16 string comes back, as key and as value', (s) => {
    for (const text of HALVES) s.setItem(`k${text}`, text);
    return HALVES.every((text) => s.getItem(`k${text}`) === text) && s.length;
  }, HALVES.length), // biome-ignore format: one line
  rule('the empty string is a key and a value', (s) => {
    s.setItem('', '');
    return [s.getItem(''), s.length, s.key(0)];
  }, ['', 1, '']), // biome-ignore format: one line
  rule('keys and values are converted to text', (s) => {
    s.setItem(1 as never, null as never);
    s.setItem(undefined as never, { toString: () => 'text' } as never);
    return [s.getItem('1'), s.getItem('undefined'), (s as Loose)[1]];
  }, ['null', 'text', 'null']), // biome-ignore format: one line
  rule('a conversion that throws leaves what is stored', (s) => {
    s.setItem('a', 'before');
    const thrower = { toString: () => { throw new RangeError('no'); } }; // biome-ignore format: one line
    return [failure(() => s.setItem('a', thrower as never)), failure(() => s.setItem('a', Symbol('x') as never)), s.getItem('a')];
  }, ['RangeError', 'TypeError', 'before']), // biome-ignore format: one line
  rule('too few arguments are a TypeError', (s) => {
    const loose = s as unknown as Record<'getItem' | 'setItem' | 'removeItem' | 'key', (...args: unknown[]) => unknown>;
    return [failure(() => loose.getItem()), failure(() => loose.setItem('a')), failure(() => loose.removeItem()), failure(() => loose.key())];
  }, ['TypeError', 'TypeError', 'TypeError', 'TypeError']), // biome-ignore format: one line
  rule('methods belong to their storage', (s) => failure(() => s.getItem.call({} as Storage, 'a')), 'TypeError'),
  rule('key takes an unsigned number of 32 bits', (s) => {
    s.setItem('a', '1');
    return [s.key(-1), s.key(2 ** 32), s.key(0.9), s.key(Number.NaN), s.key('x' as never), s.key(1)];
  }, [null, 'a', 'a', 'a', 'a', null]), // biome-ignore format: one line
  rule('removing what is absent is nothing, and clear empties', (s) => {
    s.setItem('a', '1');
    s.removeItem('b');
    const before = s.length;
    s.clear();
    return [before, s.length, s.getItem('a')];
  }, [1, 0, null]), // biome-ignore format: one line
  rule('the order of keys stays while only values change', (s) => {
    for (const key of ['b', 'a', 'c']) s.setItem(key, '1');
    const before = [0, 1, 2].map((index) => s.key(index)).join();
    s.setItem('b', '2');
    return [0, 1, 2].map((index) => s.key(index)).join() === before;
  }, true), // biome-ignore format: one line
  rule('properties are items', (s) => {
    const loose = s as Loose;
    loose.a = 1;
    s.setItem('b', '2');
    const seen = [s.getItem('a'), loose.b, 'a' in s, Object.keys(s).sort().join(), Object.hasOwn(s, 'a')];
    const isDeleted = delete loose.a && delete loose.absent;
    return [...seen, isDeleted, s.getItem('a'), s.length];
  }, ['1', '2', true, 'a,b', true, true, null, 1]), // biome-ignore format: one line
  rule('a number is the name of an item, not its place', (s) => {
    s.setItem('a', '1');
    (s as Loose)[0] = 'zero';
    return [(s as Loose)[0], (s as Loose)[1], s.getItem('0')];
  }, ['zero', undefined, 'zero']), // biome-ignore format: one line
  rule('methods win over items of their name, which getItem has', (s) => {
    s.setItem('getItem', 'item');
    s.setItem('length', 'seven');
    return [typeof s.getItem, s.getItem('getItem'), s.length, s.getItem('length')];
  }, ['function', 'item', 2, 'seven']), // biome-ignore format: one line
  rule('descriptors are those of data properties', (s) => {
    s.setItem('a', '1');
    return [Object.getOwnPropertyDescriptor(s, 'a'), Object.getOwnPropertyDescriptor(s, 'b')];
  }, [{ value: '1', writable: true, enumerable: true, configurable: true }, undefined]), // biome-ignore format: one line
  rule('defining a property stores it, but no accessor', (s) => {
    Object.defineProperty(s, 'a', { value: 5 });
    return [s.getItem('a'), failure(() => Object.defineProperty(s, 'b', { get: () => 1 })), s.length];
  }, ['5', 'TypeError', 1]), // biome-ignore format: one line
  rule('symbols are properties like those of any object, and no items', (s) => {
    const loose = s as Loose;
    loose[SYMBOL] = 5;
    const seen = [loose[SYMBOL], s.length, Object.getOwnPropertyDescriptor(s, SYMBOL)?.enumerable, SYMBOL in s];
    return [...seen, delete loose[SYMBOL], loose[SYMBOL]];
  }, [5, 0, true, true, true, undefined]), // biome-ignore format: one line
  rule('spread, entries and JSON show the items', (s) => {
    s.setItem('a', '1');
    return [{ ...s }, Object.entries(s), JSON.stringify(s)];
  }, [{ a: '1' }, [['a', '1']], '{"a":"1"}']), // biome-ignore format: one line
  rule('for-in walks the items', (s) => {
    s.setItem('a', '1');
    const names: string[] = [];
    for (const name in s) if (Object.hasOwn(s, name)) names.push(name);
    return names;
  }, ['a']), // biome-ignore format: one line
  rule('it is a Storage by its tag, and cannot be frozen', (s) => [Object.prototype.toString.call(s), failure(() => Object.preventExtensions(s))], ['[object Storage]', 'TypeError']), // biome-ignore format: one line
  rule('a key __proto__ is an item', (s) => {
    s.setItem('__proto__', '1');
    return [s.getItem('__proto__'), s.length, s.key(0), typeof (s as Loose).hasOwnProperty];
  }, ['1', 1, '__proto__', 'function']), // biome-ignore format: one line
];
