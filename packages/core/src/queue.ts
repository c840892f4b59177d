/** Runs `work` when everything that was asked for under the same name before has ended. */
export type Queue = <T>(name: string, work: () => Promise<T>) => Promise<T>;

export function queue(): Queue {
  const last = new Map<string, Promise<unknown>>();
  return (name, work) => {
    const before = last.get(name);
    const turn = before !== undefined ? before.then(work, work) : work();
    const ended = turn
      .catch(() => {})
      .finally(() => {
        if (last.get(name) === ended) last.delete(name);
      });
    last.set(name, ended);
    return turn;
  };
}
