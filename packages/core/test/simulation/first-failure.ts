import { run } from './run.ts';
import { scenario } from './scenario.ts';

/** The law that the first failing seed breaks. One is tried before the others. */
export async function firstFailure(seeds: number, likely = 1): Promise<string | undefined> {
  for (const seed of [likely, ...Array.from({ length: seeds }, (_, index) => index + 1)]) {
    const { violation } = await run(scenario(seed));
    if (violation) return `${violation} (seed ${seed})`;
  }
  return undefined;
}
