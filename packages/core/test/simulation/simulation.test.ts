import { expect, test } from 'vitest';
import { run } from './run.ts';
import { scenario } from './scenario.ts';
import { shrink } from './shrink.ts';

// `SEEDS=100000 pnpm test:simulation` for the night; `FROM=4711 SEEDS=1` for one seed.
const FROM = Number(process.env.FROM ?? 1);
const SEEDS = Number(process.env.SEEDS ?? 1_500);

test(`laws 1, 2, 3, 4, 6, 7, 11: whatever happens to tabs, disk, bus and clocks (${SEEDS} seeds from ${FROM})`, {
  timeout: 120_000 + SEEDS * 100,
}, async () => {
  for (let seed = FROM; seed < FROM + SEEDS; seed++) {
    const first = await run(scenario(seed));
    if (first.violation) {
      const { scenario: smallest, outcome } = await shrink(scenario(seed));
      const features = [...smallest.features].join(', ');
      throw new Error(`${outcome.violation}\n\nseed ${seed} (${features}), ${smallest.steps.length} steps:\n${outcome.story.join('\n')}`);
    }
    const second = await run(scenario(seed));
    expect(second.hash, `seed ${seed}: the same history twice`).toBe(first.hash);
  }
});
