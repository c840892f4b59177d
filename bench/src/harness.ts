/** Does an operation `times` times. A promise is awaited inside the measured time. */
export type Block = (times: number) => unknown;

/** One of the two that are compared. `settle` waits, unmeasured, for what a block left behind. */
export interface Side {
  readonly block: Block;
  settle(): Promise<unknown>;
}

export interface Effort {
  /** A block is made long enough to take this, in milliseconds: far above the step of the clock. */
  readonly fillMs: number;
  readonly pairs: number;
  /** No new pair after this, in milliseconds, once there are five. */
  readonly limitMs: number;
}

/** Milliseconds for one operation of the first and of the second side, pair by pair. */
export type Samples = readonly [number[], number[]];

/** Runs blocks of both sides in turns: A B, B A, A B … The same code in a page and in Node. */
export async function paired(sides: readonly [Side, Side], effort: Effort): Promise<Samples> {
  const times = [await calibrate(sides[0], effort.fillMs), await calibrate(sides[1], effort.fillMs)] as const;
  const samples: Samples = [[], []];
  const end = performance.now() + effort.limitMs;
  for (let pair = 0; pair < effort.pairs && (pair < 5 || performance.now() < end); pair++)
    for (const side of pair % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const))
      samples[side].push((await measure(sides[side], times[side])) / times[side]);
  return samples;
}

/** Doubles a block until it is long enough; that also warms it up. */
async function calibrate(side: Side, fillMs: number): Promise<number> {
  let times = 1;
  while ((await measure(side, times)) < fillMs && times < 2 ** 24) times *= 2;
  return times;
}

async function measure(side: Side, times: number): Promise<number> {
  const start = performance.now();
  const result = side.block(times);
  // A synchronous block must not pay for a microtask.
  if (result instanceof Promise) await result;
  const ms = performance.now() - start;
  await side.settle();
  return ms;
}
