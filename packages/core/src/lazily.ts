/** The same names, each value made when it is first asked for. */
export function lazily<T, R>(items: Readonly<Record<string, T>>, make: (item: T, name: string) => R): Readonly<Record<string, R>> {
  const made = {};
  for (const name of Object.keys(items)) {
    let value: R | undefined;
    Object.defineProperty(made, name, {
      enumerable: true,
      get() {
        value ??= make(items[name] as T, name);
        return value;
      },
    });
  }
  return made;
}
