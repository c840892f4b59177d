/** Runs what concerns one key in the order of the calls, where a server is reached over several connections; all else at the same time. */
export function inKeyOrder(): <T>(keys: readonly string[], work: () => Promise<T>) => Promise<T> {
  const lasts = new Map<string, Promise<unknown>>();
  return (keys, work) => {
    const before = keys.flatMap((key) => lasts.get(key) ?? []);
    const running = before.length > 0 ? Promise.allSettled(before).then(work) : work();
    for (const key of keys) lasts.set(key, running);
    const forget = (): void => {
      for (const key of keys) if (lasts.get(key) === running) lasts.delete(key);
    };
    running.then(forget, forget);
    return running;
  };
}
