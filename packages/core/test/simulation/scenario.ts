import { DOCUMENT_WORKS, type DocumentWork } from './documents.ts';
import { type Random, seeded } from './random.ts';

/** What may happen in one run. Each seed has a mix of its own: what never meets in one mix meets in another. */
export const FEATURES = [
  'resets',
  'updates',
  'delays',
  'freezes',
  'leaves',
  'crashes',
  'kills',
  'power',
  'strict',
  'dropped hints',
  'repeated hints',
  'late hints',
  'forged hints',
  'full disk',
  'failing disk',
  'lost connections',
  'slow opening',
  'skewed clocks',
  'cleared site',
  'corrupt value',
  'dropped transactions',
  'documents',
  'large documents',
] as const;
export type Feature = (typeof FEATURES)[number];

export type Change = 'set' | 'update' | 'reset' | DocumentWork;

export type Step = { readonly waitMs: number } & (
  | { readonly type: 'change'; readonly tab: number; readonly choice: number; readonly changes: readonly { key: string; change: Change }[] }
  | {
      readonly type: 'flush' | 'retry' | 'hide' | 'freeze' | 'cache' | 'show' | 'crash' | 'disconnect' | 'forge' | 'close';
      readonly tab: number;
    }
  | { readonly type: 'leave'; readonly tab: number; readonly key: string }
  | { readonly type: 'open' | 'kill' | 'power' | 'clear site' }
  | { readonly type: 'disk full' | 'disk fails' | 'hints lost'; readonly isOn: boolean }
  | { readonly type: 'clock'; readonly byMs: number }
);

export interface Scenario {
  readonly seed: number;
  readonly features: ReadonlySet<Feature>;
  readonly steps: readonly Step[];
}

const STEPS = 45;
const MOST_TABS = 4;

export function scenario(seed: number): Scenario {
  const random = seeded(seed);
  const features = new Set(FEATURES.filter(() => random.chance(0.4)));
  const steps: Step[] = [
    { type: 'open', waitMs: 0 },
    { type: 'open', waitMs: 1 },
  ];
  for (let index = 0; index < STEPS; index++) steps.push(step(random, features));
  return { seed, features, steps };
}

function step(random: Random, features: ReadonlySet<Feature>): Step {
  const waitMs = random.chance(0.6) ? random.between(0, 4) : random.chance(0.7) ? random.between(0, 80) : random.between(0, 5_000);
  const tab = random.below(MOST_TABS);
  const isOn = random.chance(0.5);
  const rare: [Feature, Step][] = [
    ['freezes', { type: random.pick(['freeze', 'cache', 'hide', 'show', 'show', 'show']), tab, waitMs }],
    ['leaves', { type: 'leave', tab, key: random.pick(['text', 'slow']), waitMs }],
    ['leaves', { type: 'close', tab, waitMs }],
    ['crashes', { type: 'crash', tab, waitMs }],
    ['kills', { type: 'kill', waitMs }],
    ['power', { type: 'power', waitMs }],
    ['lost connections', { type: 'disconnect', tab, waitMs }],
    ['forged hints', { type: 'forge', tab, waitMs }],
    ['full disk', { type: 'disk full', isOn, waitMs }],
    ['failing disk', { type: 'disk fails', isOn, waitMs }],
    ['dropped hints', { type: 'hints lost', isOn, waitMs }],
    ['skewed clocks', { type: 'clock', byMs: random.between(-3_600_000, 3_600_000), waitMs }],
    ['cleared site', { type: 'clear site', waitMs }],
  ];
  const possible = rare.filter(([feature]) => features.has(feature));
  if (possible.length > 0 && random.chance(0.3)) return random.pick(possible)[1];
  if (random.chance(0.12)) return { type: 'open', waitMs };
  if (random.chance(0.08)) return { type: random.pick(['flush', 'retry', 'show']), tab, waitMs };
  const changes = Array.from({ length: random.chance(0.7) ? 1 : 3 }, () => change(random, features));
  return { type: 'change', tab, changes, choice: random.below(100), waitMs };
}

function change(random: Random, features: ReadonlySet<Feature>): { key: string; change: Change } {
  if (features.has('documents') && random.chance(0.5))
    return { key: 'notes', change: features.has('large documents') && random.chance(0.3) ? 'large' : random.pick(DOCUMENT_WORKS) };
  if (features.has('updates') && random.chance(0.35)) return { key: 'list', change: 'update' };
  const key = random.pick(['text', 'text', 'other', features.has('delays') ? 'slow' : 'text', 'checked']);
  return { key, change: features.has('resets') && random.chance(0.2) && key !== 'checked' ? 'reset' : 'set' };
}
