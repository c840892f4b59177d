import { type Note, steps, store } from './state.ts';

const verbs = ['Call', 'Write to', 'Visit', 'Thank', 'Ask', 'Remind', 'Invite', 'Wait for'];
const people = ['Ada', 'Grace', 'Edsger', 'Barbara', 'Alan', 'Katherine', 'Donald', 'Radia', 'Tim', 'Frances'];
const matters = [
  'the harbour lights',
  'a new mooring',
  'the tide tables',
  'the boathouse roof',
  'kelp samples',
  'the winter crossing',
  'a spare anchor',
];
const details = [
  'Bring the large map.',
  'Before the spring tide.',
  'It was promised for Friday.',
  'Ask for the receipt.',
  'The blue one, not the green one.',
];
const tags = ['home', 'boat', 'harbour', 'letters', 'repairs', 'crew', 'money', 'someday'];
const BATCH = 2_000;

/** Inserts so many notes, a batch at a time, so that the page stays alive. */
export async function generate(count: number, onProgress: (made: number) => void): Promise<void> {
  for (let made = 0; made < count; made += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, count - made) }, (_, index) => noteNumber(made + index));
    await store.collections.notes.insertMany(batch);
    // Nobody wants to take back a hundred thousand notes step by step.
    steps.clear();
    onProgress(Math.min(count, made + BATCH));
    await new Promise((resolve) => setTimeout(resolve));
  }
}

function noteNumber(number: number): Note {
  // Neighbours differ, and the same number is always the same note.
  const from = <T>(list: readonly T[], salt: number): T => list[scrambled(number * 8 + salt) % list.length] as T;
  return {
    title: `${from(verbs, 0)} ${from(people, 1)} about ${from(matters, 2)}`,
    body: `${from(details, 3)} ${from(details, 4)}`,
    done: scrambled(number * 8 + 5) % 5 < 2,
    tags: [...new Set([from(tags, 6), from(tags, 7)])],
    photo: null,
  };
}

function scrambled(number: number): number {
  const once = Math.imul(number ^ (number >>> 15), 0x85ebca6b);
  return (once ^ (once >>> 13)) >>> 0;
}
