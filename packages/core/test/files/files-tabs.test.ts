import { beforeEach, describe, expect, test } from 'vitest';
import type { StorageDriver } from '../../src/driver.ts';
import { memory } from '../../src/drivers/memory.ts';
import { createWorld, type TestTab, type TestWorld } from '../../src/testing/index.ts';
import { type GuestFS, startGuest, treeOf } from './guest.ts';
import { type Mounted, mount, pattern } from './mounting.ts';

const EROFS = 69;
let driver: StorageDriver;
let world: TestWorld;
beforeEach(() => {
  driver = memory();
  world = createWorld();
});

interface Tab extends Mounted {
  readonly FS: GuestFS;
  readonly tab: TestTab;
}

async function openTab(): Promise<Tab> {
  const { FS } = await startGuest();
  const tab = world.openTab();
  return { ...(await mount(FS, driver, { ports: tab.ports })), FS, tab };
}

function errnoOf(work: () => unknown): number | undefined {
  try {
    work();
  } catch (error) {
    return (error as { errno: number }).errno;
  }
}

describe('a second tab', () => {
  test('may read and not write, and says so', async () => {
    const first = await openTab();
    first.FS.writeFile(first.at('a'), 'x');
    await first.flush();
    const { FS, at, status, flush } = await openTab();
    expect(status.get().state).toBe('read-only');
    expect(FS.readFile(at('a'), { encoding: 'utf8' })).toBe('x');
    const refused = [
      () => FS.writeFile(at('a'), 'y'),
      () => FS.writeFile(at('new'), 'y'),
      () => FS.open(at('a'), 'r+'),
      () => FS.truncate(at('a'), 0),
      () => FS.mkdir(at('d')),
      () => FS.symlink('a', at('l')),
      () => FS.rename(at('a'), at('b')),
      () => FS.unlink(at('a')),
      () => FS.chmod(at('a'), 0o600),
    ];
    expect(refused.map(errnoOf)).toEqual(refused.map(() => EROFS));
    expect(await flush()).toEqual({ saved: true });
    expect(FS.readdir(at(''))).toEqual(['.', '..', 'a']);
  });

  // It compares megabytes many times.
  test('follows whatever the first one does, and streams that it has open follow too', { timeout: 60_000 }, async () => {
    const first = await openTab();
    first.FS.writeFile(first.at('open'), pattern(50_000));
    await first.flush();
    const second = await openTab();
    const open = second.FS.open(second.at('open'), 'r');
    const follows = async (): Promise<void> => {
      await first.flush();
      await world.settle();
      expect(treeOf(second.FS, second.directory)).toEqual(treeOf(first.FS, first.directory));
    };
    const changes: ((FS: GuestFS, at: (path: string) => string) => void)[] = [
      (FS, at) => FS.writeFile(at('a'), 'x'),
      (FS, at) => FS.mkdirTree(at('d/e')),
      (FS, at) => FS.rename(at('a'), at('d/e/a')),
      (FS, at) => FS.writeFile(at('b'), pattern(5_000_000)),
      (FS, at) => FS.writeFile(at('b'), pattern(10), { flags: 'r+' }),
      (FS, at) => FS.truncate(at('b'), 4_100_000),
      (FS, at) => FS.truncate(at('b'), 4_900_000),
      (FS, at) => FS.truncate(at('b'), 100),
      (FS, at) => FS.truncate(at('b'), 40_000),
      (FS, at) => {
        FS.rename(at('d'), at('old'));
        FS.mkdir(at('d'));
        FS.rename(at('b'), at('d/b'));
      },
      (FS, at) => {
        FS.unlink(at('old/e/a'));
        FS.rmdir(at('old/e'));
        FS.rmdir(at('old'));
        FS.writeFile(at('old'), 'a file now');
      },
      (FS, at) => FS.symlink('nowhere', at('l')),
      (FS, at) => FS.chmod(at('d'), 0o700),
      (FS, at) => {
        for (let index = 0; index < 600; index++) FS.writeFile(at(`f${index}`), `${index}`);
      },
      (FS, at) => {
        for (let index = 0; index < 590; index++) FS.unlink(at(`f${index}`));
      },
      (FS, at) => FS.writeFile(at('open'), pattern(60_000, 7), { flags: 'r+' }),
    ];
    for (const change of changes) {
      change(first.FS, first.at);
      await follows();
    }
    const node = (open as unknown as { node: { contents: Uint8Array; usedBytes: number } }).node;
    expect(node.contents.slice(0, node.usedBytes)).toEqual(pattern(60_000, 7));
  });

  test('takes over what the first one has written when that one ends, also when no hint arrives', async () => {
    const first = await openTab();
    const second = await openTab();
    world.setBus('drop');
    first.FS.writeFile(first.at('a'), pattern(100_000));
    first.FS.mkdir(first.at('d'));
    const before = treeOf(first.FS, first.directory);
    await first.close();
    await world.settle();
    expect(second.status.get().state).toBe('ready');
    expect(treeOf(second.FS, second.directory)).toEqual(before);
    second.FS.writeFile(second.at('d/b'), 'y');
    await second.close();
    const third = await openTab();
    expect(third.FS.readFile(third.at('a'))).toEqual(pattern(100_000));
    expect(third.FS.readFile(third.at('d/b'), { encoding: 'utf8' })).toBe('y');
  });

  test('of two that wait, one takes over', async () => {
    const tabs = [await openTab(), await openTab(), await openTab()] as const;
    await tabs[0].close();
    await world.settle();
    expect(tabs.map(({ status }) => status.get().state)).toEqual(['closed', 'ready', 'read-only']);
  });

  test('that was closed while it waited takes nothing over', async () => {
    const first = await openTab();
    const second = await openTab();
    await second.close();
    await first.close();
    await world.settle();
    expect(second.status.get().state).toBe('closed');
    expect((await openTab()).status.get().state).toBe('ready');
  });
});

describe('a page that goes away', () => {
  test('commits in that very call', async () => {
    let commits = 0;
    const { named, ...own } = driver;
    const { FS } = await startGuest();
    const tab = world.openTab();
    const { at } = await mount(
      FS,
      {
        ...own,
        commit(operations, options) {
          commits++;
          return own.commit?.(operations, options) as Promise<never>;
        },
      },
      { ports: tab.ports },
    );
    await world.settle();
    commits = 0;
    const stream = FS.open(at('a'), 'w');
    FS.write(stream, pattern(10), 0, 10);
    tab.leave();
    expect(commits).toBe(1);
  });
});
