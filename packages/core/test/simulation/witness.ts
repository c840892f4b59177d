import { encodePath } from '../../src/key-path.ts';
import type { Computer, Process } from './computer.ts';
import type { Disk, Written } from './disk.ts';

export const STORE = 'app';
export const KEYS = ['text', 'other', 'slow', 'checked', 'list'] as const;
export type KeyName = (typeof KEYS)[number];

/** A change that a tab has asked for. Its mark is the value, or the element, that no other change has. */
export interface Asked {
  readonly tab: Process;
  readonly key: KeyName;
  readonly number: number;
  readonly mark: string | undefined;
  readonly atMs: number;
}

interface Commit {
  readonly place: number;
  readonly by: Process;
  readonly text: string | undefined;
  /** When its writer began it, by the clock. */
  readonly clockMs: number;
}

/** Sees everything, and knows the laws: what a tab shows, what reaches the disk, and what is said to be saved. */
export interface Witness {
  /** The first law that was broken. */
  readonly violation: string | undefined;
  asked(tab: Process, key: KeyName, isReset: boolean): Asked;
  saved(asked: Asked): void;
  /** The page has ended in this turn. What it has set must not be lost; where it has been read, not even with the browser. */
  left(tab: Process, isRead: boolean, mayDrop: boolean): void;
  /** The browser dies: what a page noted is lost with it, and what was issued only just before. */
  killed(isStillSafe: (atMs: number) => boolean): void;
  /** Nothing happens any more: what was set when a page ended is stored, or something later. */
  keepsLast(): void;
  /** So many messages of a tab are about commits of its own. */
  commitsOf(tab: Process): number;
  shows(tab: Process, key: KeyName, value: unknown): void;
  check(isKept: boolean, law: string): void;
  /** The list holds every element whose update was said to be saved, once. */
  keepsAll(list: readonly string[]): void;
  /** The last commits are gone with the power. */
  lost(commits: number, isStrict: boolean): void;
  /** From here on clocks cannot be compared. */
  clocksChange(): void;
}

/** A transaction that was issued has ended after this long. */
export const TIME_TO_COMMIT_MS = 100;

const paths = new Map(KEYS.map((key) => [encodePath([STORE, key]), key]));
export const pathOf = (key: KeyName): string => encodePath([STORE, key]);

export function witness(computer: Computer, disk: Disk): Witness {
  const { tell } = computer;
  let violation: string | undefined;
  let number = 0;
  let place = 0;
  let isClockTrue = true;
  const asks = new Map<string, Asked>();
  const resets: Asked[] = [];
  const commits = new Map<KeyName, Commit[]>(KEYS.map((key) => [key, []]));
  let leaving: { asked: Asked; isSafe: boolean; atMs: number }[] = [];
  const counts = new Map<Process, number>();
  const acknowledged: { asked: Asked; place: number }[] = [];
  const reads = new Set<string>();
  /** What each tab showed last, and the latest place of what it has shown. */
  const shown = new Map<string, { text: string; place: number }>();

  function check(isKept: boolean, law: string): void {
    if (isKept || violation) return;
    violation = law;
    tell(`BROKEN: ${law}`);
  }

  const of = (key: KeyName): Commit[] => commits.get(key) as Commit[];
  const lastMark = (key: KeyName, value: unknown): string => String(key === 'list' ? (value as string[]).at(-1) : value);

  disk.onRead = (process, store, key) => {
    if (store === 'kv') reads.add(`${process.name} ${key}`);
  };

  disk.onCommit = (by, written) => {
    place++;
    counts.set(by, (counts.get(by) ?? 0) + 1);
    const clockMs = (written.find(({ store }) => store === 'log')?.value as { atMs: number } | undefined)?.atMs ?? computer.clock();
    for (const { store, key, value } of new Map(written.map((each) => [`${each.store} ${each.key}`, each])).values()) {
      const name = paths.get(String(key));
      if (store === 'kv' && name) committed(by, name, value, clockMs, String(key));
    }
  };

  function committed(by: Process, key: KeyName, row: Written['value'], clockMs: number, path: string): void {
    const value = (row as { value: unknown } | undefined)?.value;
    const text = value === undefined ? undefined : JSON.stringify(value);
    tell(`${by.name}: commit ${place}, ${key} = ${text}`);
    check(reads.has(`${by.name} ${path}`), `law 3: ${by.name} writes ${key} before it has read it`);
    const previous = of(key).at(-1);
    of(key).push({ place, by, text, clockMs });
    if (value === undefined) {
      check(
        resets.some((reset) => reset.key === key),
        `law 6: ${by.name} removes ${key}, which nobody has reset`,
      );
      return;
    }
    const ask = asks.get(lastMark(key, value));
    check(ask !== undefined, `law 4: ${by.name} stores in ${key} what nobody has set: ${text}`);
    if (!ask) return;
    // What a page has noted and perhaps could not finish is taken over by the next start; what is known to be stored is not.
    const isNote = ask.tab.isDead || !isClockTrue || !of(key).some((other) => other.text === text && other.place < place);
    check(ask.tab === by || isNote, `law 6: ${by.name} writes back to ${key} what ${ask.tab.name} has set`);
    const again = of(key).findIndex((other) => other.by === by && other.text === text && other.place < place);
    if (again >= 0 && key !== 'list')
      check(
        of(key)
          .slice(again)
          .every((other) => other.by === by),
        `law 7: ${by.name} writes ${key} = ${text} once more, over what others have written since`,
      );
    if (ask.tab === by)
      check(
        !(key === 'list' && previous?.text === text && previous?.by === by && !by.isDead && !by.wasHidden),
        `law 6: ${by.name} writes ${key} again, unchanged`,
      );
    else if (ask.tab !== by && isClockTrue) {
      const isLater = of(key).some(
        (other) => other.by !== ask.tab && other.place < place && other.clockMs > (ask.tab.endedMs ?? Number.POSITIVE_INFINITY),
      );
      check(!isLater, `law 7: a note of ${ask.tab.name} goes over a later write of ${key}`);
    }
    const own = of(key).filter((other) => other.by === by && other.place < place && other.text !== undefined);
    const before = own.at(-1)?.text;
    const last = before === undefined ? undefined : asks.get(lastMark(key, JSON.parse(before)));
    if (key !== 'list' && last?.tab === by && ask.tab === by)
      check(last.number <= ask.number, `law 7: ${by.name} writes an older value of ${key} after a newer one`);
  }

  /** The commit that holds this change, or a later one of the same tab. */
  function commitOf({ tab, key, mark, number: at }: Asked): Commit | undefined {
    return of(key).find(({ by, text }) => {
      if (key === 'list') return text?.includes(`"${mark}"`);
      if (by !== tab) return text !== undefined && JSON.parse(text) === mark;
      const ask = text === undefined ? resets.findLast((reset) => reset.key === key && reset.tab === tab) : asks.get(JSON.parse(text));
      return ask !== undefined && ask.tab === tab && ask.number >= at;
    });
  }

  return {
    get violation() {
      return violation;
    },
    check,
    asked(tab, key, isReset) {
      number++;
      const mark = isReset ? undefined : `${tab.name}.${number}`;
      const ask: Asked = { tab, key, number, mark, atMs: computer.clock() };
      if (mark === undefined) resets.push(ask);
      else asks.set(mark, ask);
      return ask;
    },
    saved(asked) {
      if (asked.tab.isDead) return;
      tell(`${asked.tab.name}: told that ${asked.key} = ${asked.mark ?? 'default'} is saved`);
      const commit = commitOf(asked);
      // Nothing to remove, nothing to write.
      if (asked.mark === undefined && !commit) return;
      check(commit !== undefined, `law 2: ${asked.tab.name} says that ${asked.key} = ${asked.mark} is saved, and it is not`);
      if (commit) acknowledged.push({ asked, place: commit.place });
    },
    left(tab, isRead, mayDrop) {
      for (const key of KEYS) {
        const asked = [...asks.values(), ...resets]
          .filter((each) => each.tab === tab && each.key === key)
          .sort((a, b) => a.number - b.number);
        const last = asked.at(-1);
        if (last && key !== 'list') leaving.push({ asked: last, isSafe: isRead && !mayDrop, atMs: computer.now() });
      }
    },
    killed(isStillSafe) {
      leaving = leaving.filter(({ isSafe, atMs }) => isSafe && isStillSafe(atMs));
    },
    keepsLast() {
      for (const { asked } of leaving) {
        // In the same millisecond too: nothing tells then which of the two was first.
        const isLater = of(asked.key).some((commit) => commit.clockMs >= asked.atMs);
        const isNothing = asked.mark === undefined && of(asked.key).at(-1)?.text === undefined;
        check(
          isLater || isNothing || commitOf(asked) !== undefined,
          `law 11: ${asked.key} = ${asked.mark}, set by ${asked.tab.name} before its page ended, is lost`,
        );
      }
    },
    commitsOf: (tab) => counts.get(tab) ?? 0,
    shows(tab, key, value) {
      const text = JSON.stringify(value);
      const id = `${tab.name} ${key}`;
      const before = shown.get(id) ?? { text: '', place: 0 };
      tell(`${tab.name}: shows ${key} = ${text}`);
      check(text !== before.text, `law 6: ${tab.name} tells of ${key} though it has not changed`);
      const commit = of(key).findLast((other) => other.text === text);
      const isDefault = text === '""' || text === '[]';
      const isOwn = !isDefault && asks.get(lastMark(key, value))?.tab === tab;
      check(isOwn || isDefault || commit !== undefined, `law 1: ${tab.name} shows ${key} = ${text}, which storage never held`);
      if (!isOwn && !isDefault && commit)
        check(commit.place >= before.place, `law 7: ${tab.name} shows ${key} = ${text}, older than what it has shown`);
      shown.set(id, { text, place: Math.max(before.place, isDefault ? 0 : (commit?.place ?? 0)) });
    },
    keepsAll(list) {
      for (const { asked } of acknowledged)
        if (asked.key === 'list')
          check(list.filter((mark) => mark === asked.mark).length === 1, `law 7: the saved update ${asked.mark} is not in ${list}`);
    },
    lost(count, isStrict) {
      const survives = (at: number): boolean => at <= place - count;
      for (const each of acknowledged)
        if (!survives(each.place))
          check(!isStrict, `law 2: ${each.asked.key} = ${each.asked.mark} was saved strictly, and lost with the power`);
      for (const [key, list] of commits)
        commits.set(
          key,
          list.filter((commit) => survives(commit.place)),
        );
    },
    clocksChange() {
      isClockTrue = false;
    },
  };
}
