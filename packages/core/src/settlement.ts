/** A promise that settles once and can be read without waiting: `status`, `value` and `reason` are what React's `use` looks at. */
export interface Settlement<T> {
  readonly promise: Promise<T>;
  fulfil(value: T): void;
  reject(reason: unknown): void;
}

export function settlement<T>(): Settlement<T> {
  let settle: [(value: T) => void, (reason: unknown) => void] | undefined;
  const promise: Promise<T> & { status?: string; value?: T; reason?: unknown } = new Promise<T>((resolve, reject) => {
    settle = [resolve, reject];
  });
  // Nobody has to wait for it: a rejection that no one looks at is not an unhandled one.
  promise.catch(() => {});
  promise.status = 'pending';
  return {
    promise,
    fulfil(value) {
      if (promise.status !== 'pending') return;
      Object.assign(promise, { status: 'fulfilled', value });
      settle?.[0](value);
    },
    reject(reason) {
      if (promise.status !== 'pending') return;
      Object.assign(promise, { status: 'rejected', reason });
      settle?.[1](reason);
    },
  };
}
