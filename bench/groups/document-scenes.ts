import type { Amounts, Scene, SceneEffort } from '../src/group.ts';
import type { Doc, DocumentSubject, Question } from './document-subject.ts';
import { documents, FIRST, idOf, openOf, randomNumbers } from './documents.ts';

const REST_MS = 300;
const BURST = 1000;
const BURST_LIMIT_MS = 15_000;

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function demand(rows: readonly unknown[], question: Question, count: number): void {
  const expected = question === 'all' ? openOf(count) : Math.min(FIRST, openOf(count));
  if (rows.length !== expected) throw new Error(`${rows.length} rows instead of ${expected}`);
}

/** The longest time for which the page could do nothing else, in milliseconds. */
async function watched<T>(work: () => Promise<T>): Promise<{ result: T; ms: number; longestTask: number }> {
  const channel = new MessageChannel();
  let last = performance.now();
  let longestTask = 0;
  const beat = (): void => {
    const now = performance.now();
    longestTask = Math.max(longestTask, now - last);
    last = now;
  };
  // Slower than a frame's worth of tasks, so that it costs nothing.
  const timer = setInterval(() => channel.port2.postMessage(0), 4);
  channel.port1.onmessage = beat;
  const start = performance.now();
  const result = await work();
  const ms = performance.now() - start;
  await rest(10);
  beat();
  clearInterval(timer);
  channel.port1.close();
  return { result, ms, longestTask };
}

/** The rows of a live query, and the moment at which they were as they should be. */
function follow(
  subject: DocumentSubject,
  question: Question,
): { seen(isIt: (rows: readonly unknown[]) => boolean): Promise<number>; stop(): void } {
  let rows: readonly unknown[] = [];
  let check = (): void => {};
  const stop = subject.watch(question, (next) => {
    rows = next;
    check();
  });
  return {
    stop,
    seen(isIt) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`never seen, ${rows.length} rows`)), 20_000);
        check = () => {
          if (!isIt(rows)) return;
          const atMs = performance.now();
          clearTimeout(timer);
          check = () => {};
          resolve(atMs);
        };
        check();
      });
    },
  };
}

/** Changes one after the other, each seen and stored before the next. */
async function changes(
  effort: SceneEffort,
  change: (index: number) => { done: () => Promise<unknown>; seen?: Promise<number> },
): Promise<{ seen: number[]; stored: number[] }> {
  const [seen, stored]: [number[], number[]] = [[], []];
  const end = performance.now() + effort.limitMs;
  for (let index = 0; index < effort.changes && (index < 4 || index % 2 === 1 || performance.now() < end); index++) {
    const next = change(index);
    const start = performance.now();
    const settled = next.done().then(() => performance.now());
    const atMs = await next.seen;
    if (atMs !== undefined) seen.push(atMs - start);
    stored.push((await settled) - start);
    if (index % 10 === 9) await rest(5);
  }
  return { seen, stored };
}

/** Shows the query that the next process will ask for, as an app does that is closed where it is opened again. */
async function end(subject: DocumentSubject, count: number): Promise<void> {
  const live = follow(subject, 'first');
  await live.seen((rows) => rows.length === Math.min(FIRST, openOf(count)));
  await rest(REST_MS);
  live.stop();
  await rest(REST_MS);
  await subject.close();
}

const bulk: Scene<DocumentSubject> = {
  id: 'bulk',
  amounts: ['bulk', 'bulkTask'],
  async run(open, count) {
    const subject = await open();
    const all = subject.prepare?.(documents(count)) ?? documents(count);
    await rest(REST_MS);
    const { ms, longestTask } = await watched(() => subject.insertMany(all));
    demand(await subject.ask('all'), 'all', count);
    await end(subject, count);
    return { bulk: [ms], bulkTask: [longestTask] };
  },
};

const all: Scene<DocumentSubject> = {
  id: 'all',
  amounts: ['coldAll', 'task', 'again', 'live', 'stored'],
  async run(open, count, effort) {
    const { result, ms, longestTask } = await watched(async () => {
      const subject = await open();
      return { subject, rows: await subject.ask('all') };
    });
    const { subject, rows } = result;
    demand(rows, 'all', count);
    const again: number[] = [];
    for (let time = 0; time < 10; time++) {
      const start = performance.now();
      demand(await subject.ask('all'), 'all', count);
      again.push(performance.now() - start);
    }
    const live = follow(subject, 'all');
    await live.seen((each) => each.length === openOf(count));
    await rest(REST_MS);
    const random = randomNumbers(2);
    let index = 0;
    const { seen, stored } = await changes(effort, (turn) => {
      // Out of its place, and back into it.
      const isBack = turn % 2 === 1;
      if (!isBack) index = Math.floor(random() * count);
      const isOpen = index % 3 === 0;
      const expected = openOf(count) + (isBack ? 0 : isOpen ? -1 : 1);
      const status: Doc['status'] = isOpen !== isBack ? 'closed' : 'open';
      return { seen: live.seen((each) => each.length === expected), done: () => subject.update(idOf(index), { status }) };
    });
    live.stop();
    await end(subject, count);
    return { coldAll: [ms], task: [longestTask], again, live: seen, stored };
  },
};

const first: Scene<DocumentSubject> = {
  id: 'first',
  amounts: ['coldFirst', 'liveFirst', 'put', 'burst'],
  async run(open, count, effort) {
    const start = performance.now();
    const subject = await open();
    const asked = await subject.ask('first');
    const ms = performance.now() - start;
    demand(asked, 'first', count);
    const live = follow(subject, 'first');
    await live.seen((rows) => rows.length === asked.length);
    await rest(REST_MS);
    const random = randomNumbers(3);
    const { seen } = await changes(effort, (turn) => {
      const id = idOf(Math.floor(random() * openOf(count)) * 3);
      return {
        seen: live.seen((rows) => subject.shown(rows[0]).id === id),
        done: () => subject.update(id, { date: 1.8e12 + turn }),
      };
    });
    live.stop();
    return { coldFirst: [ms], liveFirst: seen, ...(await puts(subject, effort)) };
  },
};

async function puts(subject: DocumentSubject, effort: SceneEffort): Promise<Amounts> {
  const added = documents(effort.changes + BURST).map((each): Doc => ({ ...each, id: `new-${each.id}`, status: 'closed' }));
  const { stored } = await changes(effort, (turn) => ({ done: () => subject.put(added[turn] as Doc) }));
  const burst = added.slice(effort.changes);
  const start = performance.now();
  const isDone = await Promise.race([Promise.all(burst.map((each) => subject.put(each))), rest(BURST_LIMIT_MS).then(() => false)]);
  return { put: stored, ...(isDone && { burst: [(performance.now() - start) / BURST] }) };
}

const heap: Scene<DocumentSubject> = {
  id: 'heap',
  amounts: ['heap'],
  isHeap: true,
  async run(open, count) {
    const subject = await open();
    const live = follow(subject, 'all');
    await live.seen((rows) => rows.length === openOf(count));
    await rest(REST_MS);
    Object.assign(globalThis, { held: [subject, live] });
    return {};
  },
};

export const documentScenes: readonly Scene<DocumentSubject>[] = [bulk, all, first, heap];
