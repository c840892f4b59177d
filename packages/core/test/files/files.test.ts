import 'fake-indexeddb/auto';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { StorageDriver } from '../../src/driver.ts';
import { indexedDb } from '../../src/drivers/indexed-db.ts';
import { memory } from '../../src/drivers/memory.ts';
import { webStorage } from '../../src/drivers/web-storage.ts';
import { mountFiles } from '../../src/files.ts';
import { faultDriver } from '../../src/testing/index.ts';
import { fakeStorage } from '../fake-storage.ts';
import { type GuestFS, startGuest, treeOf } from './guest.ts';
import { bytesIn, mount, observed, pattern, reload } from './mounting.ts';

let FS: GuestFS;
let run: (code: string) => string;
let driver: StorageDriver;
beforeAll(async () => {
  ({ FS, run } = await startGuest());
});
beforeEach(() => {
  driver = memory();
});

const MB = 2 ** 20;
const ENOSPC = 51;
const EIO = 29;

/** What a guest sees of a failure. */
function errnoOf(work: () => unknown): number | undefined {
  try {
    work();
  } catch (error) {
    return (error as { errno: number }).errno;
  }
}

describe.each<[string, () => StorageDriver]>([
  ['memory', memory],
  ['IndexedDB', () => indexedDb({ name: `files ${Math.random()}` })],
  ['text', () => webStorage(fakeStorage) as StorageDriver],
])('on %s', (_, open) => {
  test('a tree of every kind is the same after a reload, to the times', async () => {
    const storage = open();
    const files = await mount(FS, storage);
    const { at } = files;
    FS.mkdir(at('empty'));
    FS.mkdirTree(at('a/b/c'));
    FS.writeFile(at('a/Größe 1 ❤ !"'), 'text');
    FS.writeFile(at('a/zero'), '');
    FS.writeFile(at('a/b/large'), pattern(100_000));
    FS.symlink('nowhere', at('dangling'));
    FS.symlink('loop', at('loop'));
    FS.chmod(at('a/zero'), 0o600);
    FS.utime(at('a/b/large'), 1_234_567_890_123, 1_234_567_890_123);
    FS.writeFile(at('victim'), 'old');
    FS.writeFile(at('temporary'), 'new');
    FS.rename(at('temporary'), at('victim'));
    FS.rename(at('a'), at('renamed'));
    const sparse = FS.open(at('sparse'), 'w');
    FS.write(sparse, pattern(10), 0, 10, 300_000);
    FS.close(sparse);
    FS.chmod(files.directory, 0o750);
    const before = treeOf(FS, files.directory);
    const next = await reload(FS, files, storage);
    expect(treeOf(FS, next.directory)).toEqual(before);
    expect(next.usage()).toEqual({ files: 5, bytes: 400_017 });
    await next.close();
  });
});

describe('what a program is used to', () => {
  test('Python finds its files after a restart', async () => {
    const files = await mount(FS, driver);
    run(`with open('${files.at('a.txt')}', 'w') as f: f.write('hello')`);
    const next = await reload(FS, files, driver);
    expect(run(`print(open('${next.at('a.txt')}').read())`)).toBe('hello');
  });

  test('syncfs goes on working: it loads nothing anew, and saves with an error where there is one', async () => {
    const files = await mount(FS, driver);
    const syncfs = (populate: boolean): Promise<unknown> => new Promise((resolve) => FS.syncfs(populate, resolve));
    expect(await syncfs(true)).toBe(null);
    FS.writeFile(files.at('a'), 'x');
    expect(await syncfs(false)).toBe(null);
    expect(FS.readdir((await mount(FS, driver)).directory)).toContain('a');
  });

  test('nobody sees the directory before its files are there, and loading shows how far it is', async () => {
    const first = await mount(FS, driver);
    FS.writeFile(first.at('a'), pattern(MB));
    await first.close();
    const files = mountFiles(FS, '/late', driver, { name: 'v' });
    const seen: number[] = [];
    files.status.subscribe(() => seen.push(files.status.get().loaded));
    expect(files.status.get()).toEqual({ state: 'loading', loaded: 0, pending: false });
    expect(FS.analyzePath('/late').exists).toBe(false);
    await files.ready;
    expect(FS.readFile('/late/a').length).toBe(MB);
    expect(files.status.get()).toEqual({ state: 'ready', loaded: 1, pending: false });
    expect(seen).toEqual([...seen].sort());
  });
});

describe('when it is stored', () => {
  test('what is closed, renamed, removed or synced is committed within the call', async () => {
    const { driver: storage, commits } = observed(driver);
    const { at } = await mount(FS, storage);
    const during = (work: () => unknown): number => {
      const before = commits.length;
      work();
      return commits.length - before;
    };
    expect(during(() => FS.writeFile(at('a'), 'x'))).toBe(1);
    expect(during(() => FS.writeFile(at('a'), 'y'))).toBe(1);
    expect(during(() => FS.rename(at('a'), at('b')))).toBe(1);
    expect(during(() => FS.mkdir(at('d')))).toBe(1);
    expect(during(() => FS.symlink('b', at('l')))).toBe(1);
    expect(during(() => FS.chmod(at('b'), 0o600))).toBe(1);
    expect(during(() => FS.unlink(at('b')))).toBe(1);
    expect(during(() => FS.rmdir(at('d')))).toBe(1);
    const stream = FS.open(at('open'), 'w');
    FS.write(stream, pattern(10), 0, 10);
    expect(during(() => stream.stream_ops.fsync(stream))).toBe(1);
    FS.write(stream, pattern(10), 0, 10);
    expect(during(() => FS.ftruncate(stream.fd, 5))).toBe(1);
    expect(during(() => stream.stream_ops.msync(stream, pattern(5), 0, 5, 0))).toBe(1);
    expect(during(() => FS.readFile(at('open')))).toBe(0);
    FS.close(stream);
  });

  test('whatever else changes is committed at the end of the turn', async () => {
    const { driver: storage, commits } = observed(driver);
    const { at } = await mount(FS, storage);
    const changes: (() => void)[] = [
      () => void FS.write(FS.open(at('a'), 'w'), pattern(10), 0, 10),
      () => FS.truncate(at('a'), 3),
      () => FS.utime(at('a'), 1, 1),
    ];
    for (const change of changes) {
      await new Promise((resolve) => setTimeout(resolve));
      commits.length = 0;
      change();
      await Promise.resolve();
      expect(commits.length).toBe(1);
    }
  });

  test('fsync is never put off, however often it is called', async () => {
    const { driver: storage, commits } = observed(driver);
    const { at } = await mount(FS, storage);
    const stream = FS.open(at('a'), 'w');
    commits.length = 0;
    for (let index = 0; index < 500; index++) {
      FS.write(stream, pattern(1, index), 0, 1);
      stream.stream_ops.fsync(stream);
    }
    expect(commits.length).toBe(500);
    FS.close(stream);
  });

  test('ten thousand files in one turn are few commits of few entries', async () => {
    const { driver: storage, commits } = observed(driver);
    // On a clock that stands: how often a slow machine may commit is not the matter here.
    const { at, flush } = await mount(FS, storage, { ports: { now: () => 0 } });
    for (let index = 0; index < 10_000; index++) FS.writeFile(at(`f${index}`), 'x');
    await flush();
    expect(commits.flat().length).toBeLessThan(500);
    const next = await mount(FS, driver);
    expect(FS.readdir(next.directory).length).toBe(10_002);
  });

  test('of 50 MB in which 4 kB change, the 4 kB are written', async () => {
    const { driver: storage, commits } = observed(driver);
    const files = await mount(FS, storage);
    FS.writeFile(files.at('large'), new Uint8Array(50 * MB));
    await files.flush();
    commits.length = 0;
    const stream = FS.open(files.at('large'), 'r+');
    FS.write(stream, pattern(4096), 0, 4096, 20 * MB);
    FS.close(stream);
    await files.flush();
    expect(bytesIn(commits)).toBeLessThan(6_000);
    const next = await reload(FS, files, driver);
    const found = FS.readFile(next.at('large'));
    expect(found.length).toBe(50 * MB);
    expect(found.subarray(20 * MB, 20 * MB + 4096)).toEqual(pattern(4096));
    await next.close();
  });

  test('one file of ten thousand that changes is one small entry', async () => {
    const { driver: storage, commits } = observed(driver);
    const { at, flush } = await mount(FS, storage, { ports: { now: () => 0 } });
    const bytes = pattern(1_000);
    for (let index = 0; index < 10_000; index++) FS.writeFile(at(`f${index}`), bytes);
    await flush();
    commits.length = 0;
    FS.writeFile(at('f5000'), 'changed');
    await flush();
    expect(commits.flat().map(({ key }) => key.includes('inode'))).toEqual([true]);
    expect(bytesIn(commits)).toBeLessThan(100);
  });

  test('a hole is not written', async () => {
    const { driver: storage, commits } = observed(driver);
    const files = await mount(FS, storage);
    FS.writeFile(files.at('sparse'), 'x');
    FS.truncate(files.at('sparse'), 40 * MB);
    await files.flush();
    expect(bytesIn(commits)).toBeLessThan(20_000);
    const next = await reload(FS, files, driver);
    expect(FS.stat(next.at('sparse')).size).toBe(40 * MB);
    await next.close();
  });

  test('a file that is removed while it is open never comes back', async () => {
    const files = await mount(FS, driver);
    const stream = FS.open(files.at('a'), 'w');
    FS.write(stream, pattern(100_000), 0, 100_000);
    await files.flush();
    FS.unlink(files.at('a'));
    FS.write(stream, pattern(100_000), 0, 100_000);
    FS.close(stream);
    await files.flush();
    const keys: string[] = [];
    for await (const batch of driver.list({ prefix: '' })) keys.push(...batch.map(({ key }) => key));
    expect(keys.some((key) => /segment|page/.test(key))).toBe(false);
    const next = await reload(FS, files, driver);
    expect(FS.readdir(next.directory)).toEqual(['.', '..']);
  });
});

describe('what IDBFS loses', () => {
  const kept: Record<string, (at: (path: string) => string) => void> = {
    'a file that was cut': (at) => FS.truncate(at('f'), 10),
    'a mode': (at) => FS.chmod(at('f'), 0o600),
    'new bytes under an old date': (at) => {
      const { mtime } = FS.stat(at('f'));
      FS.writeFile(at('f'), 'other');
      FS.utime(at('f'), mtime.getTime(), mtime.getTime());
    },
    'a link to nowhere': (at) => FS.symlink('nowhere', at('l')),
    'a directory in the place of a file': (at) => {
      FS.unlink(at('f'));
      FS.mkdir(at('f'));
    },
    'exactly the bytes of a log that grew': (at) => {
      for (let index = 0; index < 300; index++) FS.writeFile(at('f'), pattern(100, index), { flags: 'a' });
    },
    'what was written to a map': (at) => {
      const stream = FS.open(at('f'), 'r+');
      stream.stream_ops.msync(stream, pattern(50, 9), 100, 50, 0);
      FS.close(stream);
    },
    'what is written to a file that stays open': (at) => {
      const stream = FS.open(at('f'), 'a');
      FS.write(stream, pattern(10), 0, 10);
      stream.stream_ops.fsync(stream);
    },
  };
  test.each(Object.entries(kept))('%s is kept', async (_, change) => {
    const files = await mount(FS, driver);
    FS.writeFile(files.at('f'), pattern(1_000));
    await files.flush();
    change(files.at);
    const before = treeOf(FS, files.directory);
    expect(treeOf(FS, (await reload(FS, files, driver)).directory)).toEqual(before);
  });

  test('saves that are asked for together are one', async () => {
    const { driver: storage, commits } = observed(driver);
    const { at, flush } = await mount(FS, storage);
    FS.writeFile(at('a'), 'x');
    const before = commits.length;
    expect(await Promise.all([flush(), flush(), flush()])).toEqual([{ saved: true }, { saved: true }, { saved: true }]);
    expect(commits.length).toBe(before);
  });

  test('volumes of two apps at one mount point are two', async () => {
    const files = await mount(FS, driver);
    FS.writeFile(files.at('a'), 'x');
    await files.flush();
    const other = await mount(FS, driver, { name: 'other app' });
    expect(FS.readdir(other.directory)).toEqual(['.', '..']);
  });
});

describe('when storage fails', () => {
  test('a full one is an errno in the program and an error on the page, and all is stored once there is space', async () => {
    const faults = faultDriver(driver);
    const { named, ...storage } = faults.driver;
    const files = await mount(FS, storage);
    faults.failAll('QUOTA');
    FS.writeFile(files.at('a'), pattern(100_000));
    expect(await files.flush()).toMatchObject({ saved: false, error: { code: 'QUOTA' } });
    expect(files.status.get()).toMatchObject({ state: 'error', pending: true, error: { code: 'QUOTA' } });
    expect(errnoOf(() => FS.writeFile(files.at('b'), 'y'))).toBe(ENOSPC);
    const stream = FS.open(files.at('c'), 'w');
    expect(errnoOf(() => stream.stream_ops.fsync(stream))).toBe(ENOSPC);
    faults.heal();
    expect(await files.flush()).toEqual({ saved: true });
    expect(files.status.get()).toEqual({ state: 'ready', loaded: 1, pending: false });
    FS.close(stream);
    const before = treeOf(FS, files.directory);
    expect(treeOf(FS, (await reload(FS, files, driver)).directory)).toEqual(before);
  });

  test('fsync never says that something is safe after a failure that will pass', async () => {
    const faults = faultDriver(driver);
    const { named, ...storage } = faults.driver;
    const files = await mount(FS, storage);
    const stream = FS.open(files.at('a'), 'w');
    faults.failAll('UNAVAILABLE');
    FS.write(stream, pattern(10), 0, 10);
    await files.flush();
    expect(errnoOf(() => stream.stream_ops.fsync(stream))).toBe(EIO);
    faults.heal();
    await files.flush();
    expect(errnoOf(() => stream.stream_ops.fsync(stream))).toBe(undefined);
    FS.close(stream);
  });

  test('a volume that cannot be read is not mounted, and not touched', async () => {
    const files = await mount(FS, driver);
    FS.writeFile(files.at('a'), 'x');
    await files.close();
    const faults = faultDriver(driver);
    const { named, ...storage } = faults.driver;
    faults.failAll('UNAVAILABLE');
    const failed = mountFiles(FS, '/unreadable', storage, { name: 'v' });
    await expect(failed.ready).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(failed.status.get()).toMatchObject({ state: 'error', error: { code: 'UNAVAILABLE' } });
    expect(FS.analyzePath('/unreadable').exists).toBe(false);
  });

  const volumeKey = async (kind: string): Promise<string> => {
    for await (const batch of driver.list({ prefix: '' })) for (const { key } of batch) if (key.includes(kind)) return key;
    throw new Error(kind);
  };

  test.each([
    ['damaged', 'inodes', 'nonsense', 'CORRUPT'],
    ['of a newer build', 'volume', { format: 99, bytes: 0 }, 'NEWER_DATA'],
  ])('a volume that is %s is not mounted, and keeps its bytes', async (_, kind, value, code) => {
    const files = await mount(FS, driver);
    FS.writeFile(files.at('a'), 'x');
    await files.close();
    const key = await volumeKey(kind);
    await driver.set(key, value);
    await expect(mountFiles(FS, '/damaged', driver, { name: 'v' }).ready).rejects.toMatchObject({ code });
    expect((await driver.get(key))?.value).toEqual(value);
  });

  test('a file whose directory never reached storage is found in the root', async () => {
    const files = await mount(FS, driver);
    FS.mkdir(files.at('d'));
    FS.writeFile(files.at('d/a'), 'x');
    await files.flush();
    for (let index = 0; index < 40; index++) FS.writeFile(files.at(`f${index}`), '');
    FS.writeFile(files.at('d/a'), 'y');
    await files.close();
    // As if the commit with the directory had failed.
    for await (const batch of driver.list({ prefix: '' }))
      for (const { key, value } of batch) {
        const { rows } = value as { rows?: unknown[][] };
        if (rows) await driver.set(key, { ...(value as object), rows: rows.filter(([, , name]) => name !== 'd') });
      }
    const next = await mount(FS, driver);
    const lost = FS.readdir(next.directory).find((name) => name.startsWith('lost+found'));
    expect(FS.readFile(next.at(String(lost)), { encoding: 'utf8' })).toBe('y');
    expect(treeOf(FS, (await reload(FS, next, driver)).directory)).toHaveLength(42);
  });

  test('a storage that someone has emptied is filled again', async () => {
    const files = await mount(FS, driver);
    FS.writeFile(files.at('a'), pattern(100_000));
    await files.flush();
    const other = driver.named?.('v', (await import('../../src/browser.ts')).browserPorts()) ?? driver;
    for await (const batch of driver.list({ prefix: '' })) for (const { key } of batch) await other.delete(key);
    FS.writeFile(files.at('b'), 'x');
    await expect.poll(async () => (await mount(FS, driver)).usage().bytes).toBe(100_001);
  });

  test.each([
    ['something that is no FS', () => mountFiles({} as never, '/data', driver)],
    ['a relative directory', () => mountFiles(FS, 'data', driver)],
    ['the root', () => mountFiles(FS, '/', driver)],
    [
      'a driver that cannot write several entries as one',
      () => mountFiles(FS, '/data', { ...driver, named: undefined as never, commit: undefined as never }),
    ],
  ])('%s is refused', (_, call) => {
    expect(call).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  test('a directory that is a mount point already is refused', async () => {
    const files = await mount(FS, driver);
    await expect(mountFiles(FS, files.directory, memory()).ready).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('what a page shows', () => {
  test('a list of files is the same until one of them changes, and then tells once a turn', async () => {
    const { at, directory, watch } = await mount(FS, driver);
    const text = watch(`${directory}/**/*.txt`);
    let told = 0;
    text.subscribe(() => told++);
    FS.mkdirTree(at('d/e'));
    FS.writeFile(at('d/e/a.txt'), 'one');
    FS.writeFile(at('b.txt'), 'two');
    FS.writeFile(at('c.bin'), 'three');
    expect(told).toBe(0);
    await Promise.resolve();
    expect(told).toBe(1);
    const before = text.get();
    expect(before.map(({ path, kind, size }) => [path.slice(directory.length), kind, size])).toEqual([
      ['/b.txt', 'file', 3],
      ['/d/e/a.txt', 'file', 3],
    ]);
    FS.writeFile(at('c.bin'), 'changed');
    await Promise.resolve();
    expect(text.get()).toBe(before);
    FS.writeFile(at('b.txt'), 'tw0');
    await Promise.resolve();
    expect(text.get()[0]).not.toBe(before[0]);
    expect(text.get()[1]).toBe(before[1]);
    expect(() => watch('/elsewhere/*')).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  test('a file is its bytes, or undefined while there is none', async () => {
    const { at, file } = await mount(FS, driver);
    const bytes = file(at('a'));
    expect(bytes.get()).toBe(undefined);
    FS.writeFile(at('a'), pattern(3));
    await Promise.resolve();
    expect(bytes.get()).toEqual(pattern(3));
    expect(bytes.get()).toBe(bytes.get());
    FS.unlink(at('a'));
    await Promise.resolve();
    expect(bytes.get()).toBe(undefined);
  });
});
