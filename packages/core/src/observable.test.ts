import { expect, onTestFinished, test, vi } from 'vitest';
import { batch, computed, effect, source } from './observable.ts';
import { derived, read, signal, subscribe, write } from './signals.ts';

/** Hears what the page would hear. */
function reported(): unknown[] {
  const errors: unknown[] = [];
  vi.stubGlobal('reportError', (error: unknown) => errors.push(error));
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  return errors;
}

test('a subscriber hears of each change, never at once, and not after it has stopped', () => {
  const value = source(0);
  const heard: number[] = [];
  const stop = value.subscribe(() => heard.push(value.get()));
  value.set(1);
  value.set(1);
  value.set(2);
  stop();
  value.set(3);
  expect(heard).toEqual([1, 2]);
});

test('a batch tells once, at its outermost end, and not of a value that has come back', () => {
  const a = source(0);
  const b = source(0);
  const heard = vi.fn();
  const sum = computed(() => a.get() + b.get());
  a.subscribe(heard);
  sum.subscribe(heard);
  batch(() => {
    batch(() => a.set(1));
    expect(heard).not.toHaveBeenCalled();
    expect(sum.get()).toBe(1);
    b.set(-1);
    a.set(0);
    b.set(0);
  });
  expect(heard).not.toHaveBeenCalled();
  batch(() => {
    a.set(1);
    b.set(1);
  });
  expect(heard).toHaveBeenCalledTimes(2);
});

test('a batch that throws has told what it did, and what comes after is told again', () => {
  const value = source(0);
  const heard = vi.fn();
  value.subscribe(heard);
  expect(() =>
    batch(() => {
      value.set(1);
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(heard).toHaveBeenCalledTimes(1);
  value.set(2);
  expect(heard).toHaveBeenCalledTimes(2);
});

test('NaN is equal to itself, and 0 is not -0', () => {
  const value = source(Number.NaN);
  const heard = vi.fn();
  value.subscribe(heard);
  value.set(Number.NaN);
  expect(heard).not.toHaveBeenCalled();
  value.set(0);
  value.set(-0);
  expect(heard).toHaveBeenCalledTimes(2);
});

test('a computed value is derived when it is read, once for each change of what it read', () => {
  const value = source(1);
  const derive = vi.fn(() => value.get() * 2);
  const double = computed(derive);
  expect(derive).not.toHaveBeenCalled();
  expect([double.get(), double.get()]).toEqual([2, 2]);
  expect(derive).toHaveBeenCalledTimes(1);
  value.set(2);
  expect(derive).toHaveBeenCalledTimes(1);
  expect(double.get()).toBe(4);
  expect(derive).toHaveBeenCalledTimes(2);
  source(0).set(1);
  expect(double.get()).toBe(4);
  expect(derive).toHaveBeenCalledTimes(2);
});

test('a derived value that stays the same stops the change: what hangs on it is not derived again', () => {
  const value = source(1);
  const isOdd = computed(() => value.get() % 2 === 1);
  const derive = vi.fn(() => (isOdd.get() ? 'odd' : 'even'));
  const heard = vi.fn();
  const text = computed(derive);
  text.subscribe(heard);
  value.set(3);
  expect(derive).toHaveBeenCalledTimes(1);
  expect(heard).not.toHaveBeenCalled();
  value.set(4);
  expect(heard).toHaveBeenCalledTimes(1);
});

test('nobody sees half of a change: a diamond is derived once, from new values only', () => {
  const value = source(1);
  const left = computed(() => value.get() + 1);
  const right = computed(() => value.get() + 2);
  const seen: [number, number][] = [];
  const both = computed(() => {
    seen.push([left.get(), right.get()]);
    return left.get() + right.get();
  });
  both.subscribe(() => {});
  value.set(10);
  expect(seen).toEqual([
    [2, 3],
    [11, 12],
  ]);
});

test('what is no longer read is no longer followed', () => {
  const isOn = source(true);
  const name = source('a');
  const derive = vi.fn(() => (isOn.get() ? name.get() : '-'));
  const shown = computed(derive);
  shown.subscribe(() => {});
  isOn.set(false);
  expect(derive).toHaveBeenCalledTimes(2);
  name.set('b');
  expect(derive).toHaveBeenCalledTimes(2);
  isOn.set(true);
  name.set('c');
  expect(shown.get()).toBe('c');
});

test('a branch that is about to be left is not derived with values that do not fit it', () => {
  const user = source<{ name: string } | undefined>({ name: 'a' });
  const name = computed(() => (user.get() as { name: string }).name);
  const shown = computed(() => (user.get() ? name.get() : 'nobody'));
  const heard = vi.fn();
  shown.subscribe(heard);
  user.set(undefined);
  expect(shown.get()).toBe('nobody');
  expect(heard).toHaveBeenCalledTimes(1);
});

test('what deriving throws is thrown at each read, until what it read has changed', () => {
  const value = source(0);
  const derive = vi.fn(() => {
    if (value.get() === 0) throw new Error('zero');
    return 1 / value.get();
  });
  const inverse = computed(derive);
  const outer = computed(() => inverse.get());
  expect(() => outer.get()).toThrow('zero');
  expect(() => outer.get()).toThrow('zero');
  expect(derive).toHaveBeenCalledTimes(1);
  value.set(2);
  expect(outer.get()).toBe(0.5);
});

test('a subscriber of a value that cannot be derived for a while hears of it when it can', () => {
  const errors = reported();
  const value = source(1);
  const inverse = computed(() => {
    if (value.get() === 0) throw new Error('zero');
    return 1 / value.get();
  });
  const heard = vi.fn();
  inverse.subscribe(heard);
  value.set(0);
  expect(errors).toEqual([new Error('zero')]);
  value.set(2);
  expect(heard).toHaveBeenCalledTimes(1);
});

test('a subscriber that throws is reported, and the others hear', () => {
  const errors = reported();
  const value = source(0);
  const heard = vi.fn();
  value.subscribe(() => {
    throw new Error('mine');
  });
  value.subscribe(heard);
  value.set(1);
  value.set(2);
  expect(errors).toHaveLength(2);
  expect(heard).toHaveBeenCalledTimes(2);
});

test('a subscriber that another one stops in the same round hears nothing', () => {
  const value = source(0);
  const heard = vi.fn();
  let stop = (): void => {};
  value.subscribe(() => stop());
  stop = value.subscribe(heard);
  value.set(1);
  expect(heard).not.toHaveBeenCalled();
});

test('what a subscriber changes is told in the same round, and it may subscribe and stop meanwhile', () => {
  const a = source(0);
  const b = source(0);
  const heard: string[] = [];
  a.subscribe(() => {
    b.set(a.get());
    heard.push('a');
    b.subscribe(() => heard.push('late'));
  });
  b.subscribe(() => heard.push('b'));
  a.set(1);
  expect(heard).toEqual(['a', 'b']);
  b.set(5);
  expect(heard).toEqual(['a', 'b', 'b', 'late']);
});

test('subscribers that change for ever what they watch are reported, and others go on', () => {
  const errors = reported();
  const value = source(0);
  const stop = value.subscribe(() => value.set(value.get() + 1));
  value.set(1);
  expect(errors).toHaveLength(1);
  stop();
  const heard = vi.fn();
  value.subscribe(heard);
  value.set(-1);
  expect(heard).toHaveBeenCalledTimes(1);
});

test('an effect runs now and after each change, cleans up in between and at the end, once', () => {
  const value = source(1);
  const log: string[] = [];
  const stop = effect(() => {
    const now = value.get();
    log.push(`run ${now}`);
    return () => log.push(`clean ${now}`);
  });
  value.set(2);
  stop();
  stop();
  value.set(3);
  expect(log).toEqual(['run 1', 'clean 1', 'run 2', 'clean 2']);
});

test('an effect that reads what it changes settles', () => {
  const value = source(0);
  const runs = vi.fn();
  const stop = effect(() => {
    runs();
    if (value.get() < 5) value.set(value.get() + 1);
  });
  value.set(0);
  expect(value.get()).toBe(5);
  stop();
});

test('an effect inside another one lives on its own, and what listeners, clean-ups and `initial` read makes nothing run again', () => {
  const outer = source(0);
  const inner = source(0);
  const runs = vi.fn();
  const innerRuns = vi.fn();
  const stop = effect(() => {
    runs(outer.get());
    computed(() => inner.get()).initial();
    effect(() => innerRuns(inner.get()));
    return () => inner.get();
  });
  inner.set(1);
  expect(runs).toHaveBeenCalledTimes(1);
  expect(innerRuns).toHaveBeenCalledTimes(2);
  outer.set(1);
  expect(runs).toHaveBeenCalledTimes(2);
  stop();
  inner.set(2);
  expect(innerRuns).toHaveBeenLastCalledWith(2);
});

test('the first run of an effect that throws is thrown; a later one is reported, and it runs again', () => {
  const errors = reported();
  expect(() =>
    effect(() => {
      throw new Error('first');
    }),
  ).toThrow('first');
  const value = source(0);
  const runs = vi.fn();
  const stop = effect(() => {
    runs();
    if (value.get() === 1) throw new Error('later');
  });
  value.set(1);
  expect(errors).toEqual([new Error('later')]);
  value.set(2);
  expect(runs).toHaveBeenCalledTimes(3);
  stop();
});

test('what nobody watches any more is not derived when it changes, and is right when it is read', () => {
  const value = source(1);
  const derive = vi.fn(() => value.get());
  const middle = computed(derive);
  const shown = computed(() => middle.get());
  const stop = shown.subscribe(() => {});
  stop();
  value.set(2);
  value.set(3);
  expect(derive).toHaveBeenCalledTimes(1);
  expect(shown.get()).toBe(3);
  const heard = vi.fn();
  shown.subscribe(heard);
  value.set(4);
  expect(heard).toHaveBeenCalledTimes(1);
});

test('what is no longer read, and whoever no longer watches, is let go of', () => {
  const [isOn, name, tail] = [signal(true), signal('a'), signal('z')];
  const shown = derived(() => (read(isOn) ? read(name) + read(tail) : '-'));
  const watchers = (): number[] => [isOn, name, tail].map((each) => each.watchers?.size ?? 0);
  read(shown);
  expect(watchers()).toEqual([0, 0, 0]);
  const stop = subscribe(shown, () => {});
  expect(watchers()).toEqual([1, 1, 1]);
  write(isOn, false);
  expect(watchers()).toEqual([1, 0, 0]);
  write(isOn, true);
  expect(watchers()).toEqual([1, 1, 1]);
  stop();
  expect(watchers()).toEqual([0, 0, 0]);
});
