import type { Driver, Entry } from '../driver.ts';

/** One promise of the driver contract. `run` throws where a driver breaks it. */
export interface DriverLaw {
  readonly name: string;
  /** False for a driver that lacks the optional method which the law is about. */
  appliesTo(driver: Driver<unknown>): boolean;
  run(context: DriverLawContext): Promise<void>;
}

export interface DriverLawContext {
  /** A driver on an empty place of its own. */
  readonly driver: Driver<unknown>;
  /** Another driver on the same place, as another tab or process would have it. Without it, laws about others are about the driver itself. */
  readonly other?: Driver<unknown> | undefined;
}

export function check(isTrue: unknown, what: string): asserts isTrue {
  if (!isTrue) throw new Error(what);
}

export async function rejects(work: () => Promise<unknown>): Promise<boolean> {
  return work().then(
    () => false,
    () => true,
  );
}

export async function all(driver: Driver<unknown>, range: Parameters<Driver['list']>[0]): Promise<Entry<unknown>[]> {
  const found: Entry<unknown>[] = [];
  for await (const batch of driver.list(range)) found.push(...batch);
  return found;
}

export async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < 5_000; waited += 20) {
    if (await isTrue()) return;
    await new Promise((resume) => setTimeout(resume, 20));
  }
  throw new Error(what);
}

const always = (): boolean => true;
export const law = (name: string, run: DriverLaw['run'], appliesTo: DriverLaw['appliesTo'] = always): DriverLaw => ({
  name,
  run,
  appliesTo,
});
