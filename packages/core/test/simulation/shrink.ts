import { type Outcome, run } from './run.ts';
import type { Scenario } from './scenario.ts';

/** The shortest scenario found that still breaks the same law. */
export async function shrink(scenario: Scenario): Promise<{ scenario: Scenario; outcome: Outcome }> {
  const lawOf = ({ violation }: Outcome): string | undefined => violation?.split(':')[0];
  let smallest = scenario;
  let outcome = await run(scenario);
  const law = lawOf(outcome);
  for (let size = Math.ceil(scenario.steps.length / 2); size >= 1; size = size > 1 ? Math.ceil(size / 2) : 0)
    for (let start = 0; start < smallest.steps.length; ) {
      const candidate = { ...smallest, steps: smallest.steps.toSpliced(start, size) };
      const tried = await run(candidate);
      if (lawOf(tried) === law) [smallest, outcome] = [candidate, tried];
      else start += size;
    }
  return { scenario: smallest, outcome };
}
