import { indexedDb } from '../../src/drivers/indexed-db.ts';
import { key } from '../../src/keys/key.ts';
import type { Persisted } from '../../src/keys/persisted.ts';
import type { Schema } from '../../src/schema.ts';
import { createStore } from '../../src/store.ts';
import type { Store } from '../../src/store-interface.ts';
import { browser as createBrowser, type Tab } from './browser.ts';
import { computer as createComputer } from './computer.ts';
import { collections, documents as createDocuments, type DocumentWork } from './documents.ts';
import { seeded } from './random.ts';
import type { Feature, Scenario, Step } from './scenario.ts';
import { witness as createWitness, KEYS, type KeyName, pathOf, STORE, TIME_TO_COMMIT_MS } from './witness.ts';

export interface Outcome {
  /** The law that was broken, if one was. */
  readonly violation: string | undefined;
  /** Equal for equal histories. */
  readonly hash: number;
  readonly story: readonly string[];
}

const text: Schema<string> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => (typeof value === 'string' ? { value } : { issues: [{ message: 'no text' }] }),
  },
};
const declared = {
  text: key(''),
  other: key(''),
  slow: key('', { delayMs: 300 }),
  checked: key({ schema: text, default: '' }),
  list: key<readonly string[]>([]),
};
const CORRUPT = { $holdfast: 'cut off', mark: 'corrupt' };

interface Page {
  readonly tab: Tab;
  readonly store: Store<typeof declared, typeof collections>;
  /** Promises that have not settled yet. */
  readonly waiting: Set<string>;
}

/** Plays one scenario with the production code in every tab. Nothing but the scenario decides what happens. */
export async function run({ seed, features, steps }: Scenario): Promise<Outcome> {
  const has = features.has.bind(features);
  const random = seeded(seed ^ 0x5eed);
  const computer = createComputer(random);
  const browser = createBrowser(computer);
  const { disk, indexedDb: database, bus } = browser;
  const witness = createWitness(computer, disk);
  const documents = createDocuments(computer, disk, witness.check, { mayReread: REREADING.some(has), mayNote: NOTING.some(has) });
  const uninstall = browser.install();
  const pages: Page[] = [];
  let opened = 0;

  const alive = (): Page[] => pages.filter(({ tab }) => !tab.isDead);
  if (has('repeated hints')) bus.repeat = 0.3;
  if (has('late hints')) bus.delayMs = 400;
  bus.keepsForFrozen = random.chance(0.5);
  if (has('slow opening')) Object.assign(database.weather, { openMs: 5_000, refusal: 0.2 });
  if (has('dropped transactions')) database.weather.dropping = 0.5;
  if (has('skewed clocks') || has('cleared site')) witness.clocksChange();
  if (has('corrupt value')) {
    for (const store of ['kv', 'log', 'segments', 'blobs', 'meta']) disk.create(store);
    disk.version = 1;
    disk.write([], 'log', computer.clock(), { keys: [], atMs: 0 });
    disk.write([], 'kv', pathOf('checked'), { value: CORRUPT, version: 'foreign' });
  }

  function open(): void {
    const tab = browser.openTab(`T${++opened}`);
    if (has('skewed clocks')) tab.skewMs = random.between(-3_600_000, 3_600_000);
    computer.tell(`${tab.name}: opens`);
    computer.after(0, tab, () => {
      const store = createStore({
        name: STORE,
        storage: indexedDb({ factory: () => tab.factory, durability: has('strict') ? 'strict' : 'relaxed' }),
        keys: declared,
        // Each costs a run as much as a key.
        collections: has('documents') ? collections : ({} as typeof collections),
        ports: tab.ports,
        onError: (error, name) => computer.tell(`${tab.name}: error of ${name}: ${error.code}`),
      });
      const page: Page = { tab, store, waiting: new Set() };
      pages.push(page);
      for (const name of KEYS) {
        const persisted = store.keys[name] as Persisted<unknown>;
        persisted.subscribe(() => witness.shows(tab, name, persisted.get()));
        expectEnd(page, `ready of ${name}`, persisted.ready);
      }
      if (has('documents')) documents.open(tab, store as never);
    });
  }

  function expectEnd<T>(page: Page, what: string, promise: Promise<T>): void {
    const id = `${what}, asked at ${computer.now().toFixed(1)}`;
    page.waiting.add(id);
    promise.catch(() => {}).finally(() => page.waiting.delete(id));
  }

  function change(page: Page, name: KeyName, kind: string): void {
    const asked = witness.asked(page.tab, name, kind === 'reset');
    const mark = asked.mark as string;
    computer.tell(`${page.tab.name}: ${kind} ${name} = ${mark ?? 'default'}`);
    const one = page.store.keys[name] as Persisted<string>;
    const { list } = page.store.keys;
    const add = (before: readonly string[]): readonly string[] => [...before, mark];
    const result = kind === 'reset' ? one.reset() : kind === 'set' ? one.set(mark) : list.update(add);
    expectEnd(page, `${kind} ${name} = ${mark}`, result);
    void result.then((saved) => {
      if (saved.saved) witness.saved(asked);
    });
  }

  function perform(page: Page, step: Step): void {
    const { tab, store } = page;
    if (step.type !== 'change') computer.tell(`${tab.name}: ${step.type}`);
    if (step.type === 'change')
      for (const each of step.changes) {
        if (each.key !== 'notes') change(page, each.key as KeyName, each.change);
        else documents.work(tab, each.change as DocumentWork, step.choice, (what, promise) => expectEnd(page, what, promise));
      }
    else if (step.type === 'flush') expectEnd(page, 'flush', store.flush());
    else if (step.type === 'retry') expectEnd(page, 'retry', store.keys.text.retry());
    else if (step.type === 'disconnect') database.disconnect(tab);
    else if (step.type === 'forge') {
      // The best forgery: it has the next number, and says that it was nothing.
      const next = disk.version === 0 ? 1 : Number(disk.keys('log').at(-1) ?? 0) + 1;
      const hints = [next, computer.clock() + 5].map((sequence) => ({ sequence, keys: [pathOf('text')], appended: [] }));
      tab.forge(random.pick([...hints, { sequence: -1 }, null, 'x', [1]]));
    } else if (step.type === 'close') void store.close().then(() => computer.after(0, tab, tab.crash));
    else if (step.type === 'leave') {
      change(page, step.key as KeyName, 'set');
      const isRead = KEYS.every((name) => store.keys[name].status.get().state === 'ready');
      if (has('documents')) documents.leave(tab, isRead, has('dropped transactions'));
      tab.leave();
      witness.left(tab, isRead, has('dropped transactions'));
    } else if (step.type === 'hide' || step.type === 'freeze' || step.type === 'cache' || step.type === 'crash') tab[step.type]();
  }

  async function play(step: Step): Promise<void> {
    await computer.run(step.waitMs);
    if ('tab' in step) {
      const page = alive()[step.tab % Math.max(1, alive().length)];
      if (!page) return;
      if (step.type === 'show') page.tab.show();
      // What a frozen page would do, it does when it is shown.
      else if (!page.tab.isFrozen || step.type === 'crash')
        computer.after(0, page.tab.isFrozen ? undefined : page.tab, () => perform(page, step));
    } else {
      if (step.type !== 'open') computer.tell(`all: ${step.type} ${'isOn' in step ? step.isOn : ''}`);
      if (step.type === 'open') {
        if (alive().length < 4) open();
      } else if (step.type === 'disk full') database.weather.quota = step.isOn ? 0.7 : 0;
      else if (step.type === 'disk fails') database.weather.failure = step.isOn ? 0.5 : 0;
      else if (step.type === 'hints lost') bus.drop = step.isOn ? 0.8 : 0;
      else if (step.type === 'clock') computer.setClock(step.byMs);
      else if (step.type === 'clear site') {
        browser.clearSite();
        documents.cleared();
      } else {
        browser.kill();
        for (const { killed } of [witness, documents]) killed((atMs) => computer.now() - atMs > TIME_TO_COMMIT_MS);
        if (step.type === 'power') {
          const commits = disk.cutPower();
          for (const { lost } of [witness, documents]) lost(commits, has('strict'));
        }
      }
    }
    await computer.run(0);
    documents.look();
  }

  function stored(name: KeyName): unknown {
    if (disk.version === 0) return undefined;
    return (disk.read('kv').get(pathOf(name)) as { value: unknown } | undefined)?.value;
  }

  /** The first of what is not as it must be when nothing happens any more. */
  function unrest(): string | undefined {
    for (const { tab, store } of alive()) {
      const found = has('documents') ? documents.unrest(tab) : undefined;
      if (found) return found;
      for (const name of KEYS) {
        const held = stored(name);
        const persisted = store.keys[name] as Persisted<unknown>;
        const status = persisted.status.get();
        const isCorrupt = (held as typeof CORRUPT | undefined)?.mark === CORRUPT.mark;
        const shown = JSON.stringify(persisted.get());
        const expected = JSON.stringify(held === undefined || isCorrupt ? declared[name].initial : held);
        if (shown !== expected) return `law 7: ${tab.name} shows ${name} = ${shown}, and storage holds ${expected}`;
        const isSettled = isCorrupt ? status.state === 'error' : status.state === 'ready' && status.persistent && !status.pending;
        if (!isSettled) return `law 2: ${tab.name} is not at rest with ${name}: ${JSON.stringify(status)}`;
      }
    }
    return undefined;
  }

  /** Until all is at rest, or nothing more can be expected. */
  async function rest(): Promise<void> {
    for (let waitedMs = 0; waitedMs < LONGEST_MS; waitedMs += POLL_MS) {
      await computer.run(POLL_MS);
      if (!unrest()) return;
    }
    witness.check(false, unrest() ?? '');
  }

  function flushDisk(): void {
    computer.after(random.between(500, 5_000), undefined, () => {
      disk.flush();
      flushDisk();
    });
  }

  try {
    flushDisk();
    for (const step of steps) {
      await play(step);
      if (witness.violation) break;
    }
    computer.tell('all: faults end');
    Object.assign(database.weather, { quota: 0, failure: 0, openMs: 3, refusal: 0 });
    Object.assign(bus, { drop: 0, repeat: 0, delayMs: 2 });
    for (const { tab } of alive()) if (!tab.ports.lifecycle.isVisible()) tab.show();
    await rest();
    open();
    await rest();
    if (!LOSING_EXITS.some(has)) witness.keepsLast();
    documents.settle({
      loseAny: has('cleared site') || has('power'),
      loseCounts: LOSING_UPDATES.some(has),
      loseExits: LOSING_EXITS.some(has),
    });
    for (const { tab } of pages)
      witness.check(tab.posts <= witness.commitsOf(tab), `law 6: ${tab.name} tells of what it has not committed`);
    if (!LOSING_UPDATES.some(has)) witness.keepsAll((stored('list') as string[] | undefined) ?? []);
    for (const { tab, waiting } of alive()) witness.check(waiting.size === 0, `law 4: ${tab.name} hangs: ${[...waiting].join('; ')}`);
    if (has('corrupt value') && !steps.some(({ type }) => type === 'clear site'))
      witness.check(
        [...disk.read('kv').values()].some((row) => JSON.stringify(row).includes(CORRUPT.mark)),
        'law 4: what could not be read is lost',
      );
  } finally {
    uninstall();
  }
  return { violation: witness.violation, hash: hashOf(computer.story), story: computer.story };
}

/** Where storage fails or a page ends in the middle of an update, it becomes an ordinary change: the last one wins. */
const LOSING_UPDATES: readonly Feature[] = ['freezes', 'leaves', 'power', 'full disk', 'failing disk', 'slow opening', 'cleared site'];

/** What makes a tab read everything again. */
const REREADING: readonly Feature[] = [
  'freezes',
  'failing disk',
  'lost connections',
  'cleared site',
  'slow opening',
  'dropped hints',
  'large documents',
];

/** What makes a page note what it cannot store. */
const NOTING: readonly Feature[] = ['freezes', 'leaves', 'slow opening', 'lost connections', 'failing disk', 'cleared site'];

/** Where the last write of a page may fail, or nothing tells which of two was the later one. */
const LOSING_EXITS: readonly Feature[] = [
  'power',
  'full disk',
  'failing disk',
  'lost connections',
  'cleared site',
  'skewed clocks',
  'corrupt value',
];

/** A lost hint is found after this long. */
const POLL_MS = 3_200;
/** Longer than the longest pause between two tries. */
const LONGEST_MS = 40_000;

function hashOf(lines: readonly string[]): number {
  let hash = 0x811c9dc5;
  for (const line of lines) for (let index = 0; index < line.length; index++) hash = Math.imul(hash ^ line.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
