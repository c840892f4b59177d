import type { Computer, Process } from './computer.ts';

export type Key = string | number;

/** What one transaction has changed: how to take it back, in reverse order. */
export interface Undo {
  readonly store: string;
  readonly key: Key;
  readonly before: { value: unknown } | undefined;
  readonly generator: number;
}

export interface Written {
  readonly store: string;
  readonly key: Key;
  /** `undefined`: deleted. */
  readonly value: unknown;
}

/** What a database holds, and which of it survives what. */
export interface Disk {
  /** 0: there is no database. */
  version: number;
  read(store: string): Map<Key, unknown>;
  keys(store: string): readonly Key[];
  create(store: string): void;
  /** Changes one row; the transaction keeps how to take it back. */
  write(undo: Undo[], store: string, key: Key | undefined, value: unknown, isDelete?: boolean): Key;
  takeBack(undo: readonly Undo[]): void;
  commit(process: Process, undo: readonly Undo[], isStrict: boolean): void;
  /** All that was committed until now survives a power cut. */
  flush(): void;
  /** The power goes: only what was flushed is left. Returns how many commits were lost. */
  cutPower(): number;
  clear(): void;
  /** Hears of each commit, in their order. */
  onCommit: (process: Process, written: readonly Written[]) => void;
  /** Hears of each row that is read. */
  onRead: (process: Process, store: string, key: Key) => void;
}

export function disk({ tell }: Pick<Computer, 'tell'>): Disk {
  const stores = new Map<string, Map<Key, unknown>>();
  const sorted = new Map<string, Key[]>();
  const generators = new Map<string, number>();
  let unflushed: (readonly Undo[])[] = [];

  function takeBack(undo: readonly Undo[]): void {
    for (const { store, key, before, generator } of [...undo].reverse()) {
      sorted.delete(store);
      if (before) self.read(store).set(key, before.value);
      else self.read(store).delete(key);
      generators.set(store, generator);
    }
  }

  const self: Disk = {
    version: 0,
    onCommit: () => {},
    onRead: () => {},
    read(store) {
      const rows = stores.get(store);
      if (!rows) throw new DOMException(`There is no object store "${store}"`, 'NotFoundError');
      return rows;
    },
    keys(store) {
      const keys = sorted.get(store) ?? [...self.read(store).keys()].sort((a, b) => (a < b ? -1 : 1));
      sorted.set(store, keys);
      return keys;
    },
    create(store) {
      stores.set(store, new Map());
      generators.set(store, 0);
    },
    write(undo, store, key, value, isDelete = false) {
      const rows = self.read(store);
      const generator = generators.get(store) ?? 0;
      const at = key ?? generator + 1;
      undo.push({ store, key: at, before: rows.has(at) ? { value: rows.get(at) } : undefined, generator });
      if (isDelete || !rows.has(at)) sorted.delete(store);
      if (isDelete) rows.delete(at);
      else rows.set(at, value);
      if (typeof at === 'number' && !isDelete) generators.set(store, Math.max(generator, at));
      return at;
    },
    takeBack,
    commit(process, undo, isStrict) {
      if (undo.length === 0) return;
      unflushed.push(undo);
      if (isStrict) unflushed = [];
      self.onCommit(
        process,
        undo.map(({ store, key }) => ({ store, key, value: self.read(store).get(key) })),
      );
    },
    flush() {
      unflushed = [];
    },
    cutPower() {
      const lost = unflushed;
      for (const undo of lost.reverse()) takeBack(undo);
      unflushed = [];
      tell(`disk: ${lost.length} commits lost`);
      return lost.length;
    },
    clear() {
      stores.clear();
      sorted.clear();
      generators.clear();
      unflushed = [];
      self.version = 0;
    },
  };
  return self;
}
