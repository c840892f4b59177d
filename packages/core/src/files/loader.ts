import type { Driver, Entry } from '../driver.ts';
import { GROUP_INODES, type InodeRecord, type Layout, PAGE_BYTES, SEGMENT_BYTES } from './layout.ts';

/** Bytes of a file, or (without bytes) zeros in place of a segment. */
export interface Write {
  readonly number: number;
  readonly position: number;
  readonly bytes?: Uint8Array;
}

/** Segments of one file beside each other, zeros where one is missing. */
export interface Segments extends Write {
  readonly parts: number[];
}

/** What storage holds of a volume, or of the parts that were asked for. */
export interface Snapshot {
  /** Whether this is all there is. */
  readonly isWhole: boolean;
  readonly groups: ReadonlyMap<number, ReadonlyMap<number, InodeRecord>>;
  /** Numbers that have an entry over that of their group. */
  readonly patched: readonly number[];
  /** Under the pages. */
  readonly segments: readonly Segments[];
  readonly pages: readonly Write[];
}

/** Entries of one request. Large ones: they are in memory twice for a moment. */
const AT_ONCE = { inodes: 16, inode: 512, page: 1024 } as const;
const SEGMENTS_AT_ONCE = 8;

export interface Loader {
  /** Reads everything. `progress` hears the part that has arrived, from 0 to 1. */
  readAll(progress?: (loaded: number) => void): Promise<Snapshot>;
  /** Reads what lies under these keys; everything, if there is no telling. */
  read(keys: readonly string[]): Promise<Snapshot>;
  /** Whether the volume is there. */
  exists(): Promise<boolean>;
}

export function createLoader(driver: Driver<unknown>, layout: Layout): Loader {
  async function* entries(kind: keyof typeof AT_ONCE, ...numbers: number[]): AsyncIterable<[Entry<unknown>, number[]]> {
    const prefix = layout.key(kind, ...numbers);
    let after: string | undefined;
    for (;;) {
      let count = 0;
      for await (const batch of driver.list({ prefix, limit: AT_ONCE[kind], ...(after === undefined ? {} : { after }) }))
        for (const entry of batch) {
          count++;
          after = entry.key;
          yield [entry, [...(layout.parse(entry.key)?.numbers ?? [])]];
        }
      if (count < AT_ONCE[kind]) return;
    }
  }

  /** Each in a request of its own: an engine reads several large values side by side, and the first is put into its place while others come. */
  async function eachSegment(take: (entry: Entry<unknown>) => void): Promise<void> {
    const under = new Set<Promise<void>>();
    for await (const batch of driver.list({ prefix: layout.key('segment'), keysOnly: true }))
      for (const { key } of batch) {
        if (under.size >= SEGMENTS_AT_ONCE) await Promise.race(under);
        const reading = driver.get(key).then((entry) => {
          under.delete(reading);
          if (entry) take(entry);
        });
        under.add(reading);
        // What is asked for in one turn comes in one.
        await undefined;
      }
    await Promise.all(under);
  }

  async function readAll(progress: (loaded: number) => void = () => {}): Promise<Snapshot> {
    const volume = await driver.get(layout.key('volume'));
    const total = volume ? layout.unpackVolume(volume.value) : 0;
    const groups = new Map<number, Map<number, InodeRecord>>();
    const tombstones: [number, number][] = [];
    const patches: InodeRecord[] = [];
    const patched: number[] = [];
    const pages: Write[] = [];
    let loaded = 0;
    const arrived = (bytes: number): void => {
      loaded += bytes;
      progress(total > 0 ? Math.min(1, loaded / total) : 1);
    };
    const sizeOf = (records: readonly InodeRecord[]): number => records.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0);

    await Promise.all([
      (async () => {
        for await (const [{ value }, [index = 0]] of entries('inodes')) {
          const records = layout.unpackInodes(value);
          groups.set(index, new Map(records.map((record) => [record.number, record])));
          arrived(sizeOf(records));
        }
      })(),
      (async () => {
        for await (const [{ value }, [index = 0, number = 0]] of entries('inode')) {
          const records = layout.unpackInodes(value);
          patched.push(number);
          patches.push(...records);
          if (records.length === 0) tombstones.push([index, number]);
          arrived(sizeOf(records));
        }
      })(),
      (async () => {
        for await (const [{ value }, [number = 0, page = 0]] of entries('page'))
          pages.push({ number, position: page * PAGE_BYTES, bytes: layout.unpackBytes(value) });
      })(),
    ]);
    for (const record of patches) put(groups, record);
    for (const [index, number] of tombstones) groups.get(index)?.delete(number);
    const files = new Map<number, Segments & { readonly bytes: Uint8Array }>();
    await eachSegment(({ key, value }) => {
      const [number = 0, segment = 0] = layout.parse(key)?.numbers ?? [];
      const size = groups.get(Math.floor(number / GROUP_INODES))?.get(number)?.size ?? 0;
      const bytes = layout.unpackBytes(value);
      arrived(bytes.length);
      const start = segment * SEGMENT_BYTES;
      // Cut off, or of a file that is gone.
      if (start >= size) return;
      const file = files.get(number) ?? { number, position: 0, bytes: new Uint8Array(size), parts: [] };
      files.set(number, file);
      file.bytes.set(bytes.subarray(0, size - start), start);
      file.parts.push(segment);
    });
    const segments = [...files.values()];
    return { isWhole: true, groups, patched, segments, pages };
  }

  async function readGroup(index: number): Promise<Pick<Snapshot, 'patched'> & { records: Map<number, InodeRecord> }> {
    const base = await driver.get(layout.key('inodes', index));
    const records = new Map(layout.unpackInodes(base?.value ?? layout.packInodes([])).map((record) => [record.number, record]));
    const patched: number[] = [];
    for await (const [{ value }, [, number = 0]] of entries('inode', index)) {
      patched.push(number);
      records.delete(number);
      for (const record of layout.unpackInodes(value)) records.set(number, record);
    }
    return { records, patched };
  }

  return {
    readAll,
    exists: async () => (await driver.get(layout.key('volume'))) !== undefined,
    async read(keys) {
      const parsed = keys.flatMap((key) => layout.parse(key) ?? []);
      const indexes = new Set(parsed.filter(({ kind }) => kind === 'inodes' || kind === 'inode').map(({ numbers }) => numbers[0] ?? 0));
      const bytesOf = async (kind: 'segment' | 'page', unit: number): Promise<Segments[]> => {
        const found = parsed
          .filter((each) => each.kind === kind)
          .map(async ({ numbers: [number = 0, index = 0] }) => {
            const entry = await driver.get(layout.key(kind, number, index));
            return { number, position: index * unit, parts: [index], ...(entry ? { bytes: layout.unpackBytes(entry.value) } : {}) };
          });
        return Promise.all(found);
      };
      const [groups, segments, pages] = await Promise.all([
        Promise.all(Array.from(indexes, async (index) => [index, await readGroup(index)] as const)),
        bytesOf('segment', SEGMENT_BYTES),
        bytesOf('page', PAGE_BYTES),
      ]);
      return {
        isWhole: false,
        groups: new Map(groups.map(([index, { records }]) => [index, records])),
        patched: groups.flatMap(([, { patched }]) => patched),
        segments,
        // A page that is gone lies in its segment.
        pages: pages.filter(({ bytes }) => bytes),
      };
    },
  };
}

function put(groups: Map<number, Map<number, InodeRecord>>, record: InodeRecord): void {
  const index = Math.floor(record.number / GROUP_INODES);
  const group = groups.get(index) ?? new Map<number, InodeRecord>();
  group.set(record.number, record);
  groups.set(index, group);
}
