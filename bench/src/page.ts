import { contenderAt, groupAt, lineAt, type Place } from '../groups/index.ts';
import { answerClock, clockAhead, now } from './clock.ts';
import type { Amounts, PairedLine, SceneEffort } from './group.ts';
import { type Effort, paired, type Samples, type Side } from './harness.ts';

/** Receives until it is stopped; then it tells at which moment each value came, as pairs. */
export interface Watch {
  stop(): Promise<[value: number, atMs: number][]>;
}

async function open(place: Place, contender: string, count: number): Promise<unknown> {
  const make = await contenderAt(place, contender).load();
  return make(nameOf(place, contender), count);
}

function nameOf(place: Place, contender: string): string {
  return `${contender}-${place.line}`;
}

function close(subject: unknown): unknown {
  return (subject as { close(): unknown }).close();
}

function sideOf(line: PairedLine<unknown>, subject: unknown): Side | undefined {
  const block = line.block(subject);
  return block && { block, settle: async () => line.settle(subject) };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What Node calls in a page. */
const calls = {
  /** `undefined`: one of the two cannot do it. */
  async pair(place: Place, first: string, second: string, effort: Omit<Effort, 'fillMs'>): Promise<Samples | undefined> {
    const line = lineAt(place, 'paired');
    const subjects = [await open(place, first, line.count), await open(place, second, line.count)] as const;
    const [a, b] = [sideOf(line, subjects[0]), sideOf(line, subjects[1])];
    const samples = a && b && (await paired([a, b], { ...effort, fillMs: line.fillMs }));
    for (const subject of subjects) await close(subject);
    return samples;
  },

  /** Stores what `cold` will read. False: this contender cannot do it. */
  async fill(place: Place, contender: string): Promise<boolean> {
    const line = lineAt(place, 'cold');
    const subject = await open(place, contender, line.count);
    const filled = await line.fill(subject, line.count);
    await close(subject);
    return filled;
  },

  /** Milliseconds from before `open` until every value was read. */
  async cold(place: Place, contender: string): Promise<number> {
    const { count, read, expected } = lineAt(place, 'cold');
    const make = await contenderAt(place, contender).load();
    const name = nameOf(place, contender);
    const start = performance.now();
    const found = read(await make(name, count), count);
    const ms = performance.now() - start;
    if (JSON.stringify(found) !== JSON.stringify(expected(count))) throw new Error(`${contender} has not read what was stored`);
    return ms;
  },

  async fillForTabs(place: Place, contender: string): Promise<void> {
    const { count, fill } = lineAt(place, 'tabs');
    const subject = await open(place, contender, count);
    await fill?.(subject, count);
    await close(subject);
  },

  /** One scene; what it has opened stays open until the page is gone. */
  async play(group: string, contender: string, id: string, count: number, effort: SceneEffort): Promise<Amounts> {
    const scene = groupAt(group).scenes?.find((each) => each.id === id);
    const make = await contenderAt({ group }, contender).load();
    if (!scene) throw new Error(`There is no scene "${id}"`);
    return scene.run(async () => make(contender, count), count, effort);
  },

  /** The receiving page. `undefined`: this contender does not follow other tabs. */
  async watch(place: Place, contender: string): Promise<Watch | undefined> {
    const line = lineAt(place, 'tabs');
    const subject = await open(place, contender, line.count);
    const heard: [number, number][] = [];
    const unsubscribe = line.watch(subject, (value) => heard.push([value as number, now()]));
    if (!unsubscribe) return void close(subject);
    const stopAnswering = answerClock();
    return {
      async stop() {
        unsubscribe();
        stopAnswering();
        await close(subject);
        return heard;
      },
    };
  },

  /** The sending page: sets each value, with time in between for it to arrive. At which moment by the receiver's clock, as pairs. */
  async send(place: Place, contender: string, values: readonly number[]): Promise<[value: number, atMs: number][]> {
    const line = lineAt(place, 'tabs');
    const subject = await open(place, contender, line.count);
    const ahead = await clockAhead();
    const sent: [number, number][] = [];
    for (const value of values) {
      sent.push([value, now() + ahead]);
      await line.send(subject, value);
      await pause(5 + Math.random() * 15);
    }
    await pause(250);
    await close(subject);
    return sent;
  },
};

declare global {
  var bench: Bench;
}
export type Bench = typeof calls;

globalThis.bench = calls;
