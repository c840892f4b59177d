import { expect, test } from 'vitest';
import { run } from './run.ts';
import { type Feature, type Scenario, scenario } from './scenario.ts';
import { shrink } from './shrink.ts';

// `SEEDS=100000 pnpm test:simulation` for the night; `FROM=4711 SEEDS=1` for one seed.
const FROM = Number(process.env.FROM ?? 1);
const SEEDS = Number(process.env.SEEDS ?? 5_000);
/** In the quick run one of so many seeds is run twice; on demand each is. */
const AGAIN = process.env.SEEDS ? 1 : 5;

/** What these do together is not right yet, in one of some hundred runs: docs/reliability.md. The quick run leaves them out. */
const OPEN: readonly (readonly Feature[])[] = [
  ['skewed clocks', 'cleared site'],
  ['leaves', 'slow opening'],
];
/** Of what is not understood yet. */
const OPEN_SEEDS: readonly number[] = [6888];
const isOpen = ({ seed, features }: Scenario): boolean =>
  !process.env.SEEDS && (OPEN_SEEDS.includes(seed) || OPEN.some((together) => together.every((feature) => features.has(feature))));

test(`laws 1, 2, 3, 4, 6, 7, 9, 10, 11: whatever happens to tabs, disk, bus and clocks (${SEEDS} seeds from ${FROM})`, {
  timeout: 300_000 + SEEDS * 200,
}, async () => {
  for (let seed = FROM, count = 0; count < SEEDS; seed++) {
    const planned = scenario(seed);
    if (isOpen(planned)) continue;
    count++;
    const first = await run(planned);
    if (first.violation) {
      const { scenario: smallest, outcome } = await shrink(planned);
      const features = [...smallest.features].join(', ');
      throw new Error(`${outcome.violation}\n\nseed ${seed} (${features}), ${smallest.steps.length} steps:\n${outcome.story.join('\n')}`);
    }
    if (seed % AGAIN !== 0) continue;
    const second = await run(scenario(seed));
    expect(second.hash, `seed ${seed}: the same history twice`).toBe(first.hash);
  }
});
