/** What two sides took, sample by sample, and how they compare. */
export interface Comparison {
  /** Their time divided by ours, the median of all pairs: above 1 ours is faster. */
  readonly ratio: number;
  /** Bounds of the 95 % bootstrap interval of that median. */
  readonly low: number;
  readonly high: number;
  /** Medians, in the unit of the samples. */
  readonly ours: number;
  readonly theirs: number;
  readonly pairs: number;
}

export function quantile(samples: readonly number[], q: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * q;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place % 1);
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

/** One ratio for each pair, because what disturbs a machine disturbs both halves of a pair alike. */
export function compare(ours: readonly number[], theirs: readonly number[]): Comparison {
  const ratios = theirs.map((sample, index) => sample / (ours[index] ?? Number.NaN));
  const resampled = Array.from({ length: 2000 }, () =>
    median(ratios.map(() => ratios[Math.floor(Math.random() * ratios.length)] as number)),
  );
  return {
    ratio: median(ratios),
    low: quantile(resampled, 0.025),
    high: quantile(resampled, 0.975),
    ours: median(ours),
    theirs: median(theirs),
    pairs: ratios.length,
  };
}
