/** Something that effects depend on when they read it, without a subscription: a thousand reads cost next to nothing. */
export interface Version {
  read(): void;
  raise(): void;
}

export function createVersion(): Version {
  let count = $state.raw(0);
  return {
    read: () => void count,
    raise() {
      count++;
    },
  };
}
