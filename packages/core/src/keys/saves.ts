import type { SaveResult } from '../errors.ts';

interface Save {
  readonly promise: Promise<SaveResult>;
  settle(result: SaveResult): void;
}

/** The promises that `set` has given out: all sets of one turn share one, and it settles with the write that carries them. */
export interface Saves {
  /** The promise of the next write. */
  next(): Promise<SaveResult>;
  /** The promise of the next write, or of the one under way, if anyone waits for either. */
  current(): Promise<SaveResult> | undefined;
  /** The next write begins; returns the function that settles its promise. */
  begin(): (result: SaveResult) => void;
  /** There will be no next write: settles its promise with this. */
  settle(result: SaveResult): void;
}

export function saves(): Saves {
  let waiting: Save | undefined;
  let writing: Save | undefined;

  function create(): Save {
    let settle = (_result: SaveResult): void => {};
    const promise = new Promise<SaveResult>((resolve) => {
      settle = resolve;
    });
    return { promise, settle };
  }

  return {
    next() {
      waiting ??= create();
      return waiting.promise;
    },
    current: () => (waiting ?? writing)?.promise,
    begin() {
      const mine = waiting ?? create();
      waiting = undefined;
      writing = mine;
      return (result) => {
        if (writing === mine) writing = undefined;
        mine.settle(result);
      };
    },
    settle(result) {
      waiting?.settle(result);
      waiting = undefined;
    },
  };
}
