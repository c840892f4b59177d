import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { Operation, StorageDriver } from '../../src/driver.ts';
import { memory } from '../../src/drivers/memory.ts';
import { type Files, mountFiles } from '../../src/files.ts';
import { faultDriver } from '../../src/testing/index.ts';
import { type GuestFS, startGuest, treeOf } from './guest.ts';

// Few, so that steps meet: files that are replaced by directories, cut and grown again.
const NAMES = ['a', 'a', 'a', 'Größe 1', 'd', 'd/a', 'd/e'];
/** Around the limits of the layout: inline, page, segment. */
const SIZES = [0, 1, 100, 4095, 4096, 4097, 16_384, 16_385, 60_000, 4 * 2 ** 20 - 1, 4 * 2 ** 20 + 1, 5 * 2 ** 20];

type Step =
  | { do: 'write'; path: string; at: number; length: number; seed: number }
  | { do: 'replace'; path: string; length: number; seed: number }
  | { do: 'append'; path: string; length: number; seed: number }
  | { do: 'truncate'; path: string; size: number }
  | { do: 'rename'; path: string; to: string }
  | { do: 'symlink'; path: string; to: string }
  | { do: 'mkdir' | 'rmdir' | 'unlink'; path: string }
  | { do: 'chmod'; path: string; mode: number }
  | { do: 'utime'; path: string; mtime: number }
  | { do: 'turn' | 'flush' | 'reload' | 'fail' };

const path = fc.constantFrom(...NAMES);
const length = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...SIZES.slice(0, 9)) },
  { weight: 1, arbitrary: fc.constantFrom(...SIZES) },
);
const seed = fc.integer({ min: 1, max: 255 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('write' as const), path, at: length, length, seed }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('replace' as const), path, length, seed }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('append' as const), path, length, seed }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('truncate' as const), path, size: length }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('rename' as const), path, to: path }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('symlink' as const), path, to: path }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('mkdir' as const, 'rmdir' as const, 'unlink' as const), path }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('chmod' as const), path, mode: fc.constantFrom(0o600, 0o644, 0o777) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('utime' as const), path, mtime: fc.integer({ min: 0, max: 2 ** 40 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constantFrom('turn' as const, 'turn' as const, 'flush' as const, 'reload' as const, 'fail' as const) }),
  },
);

function bytes(length: number, seed: number): Uint8Array {
  return new Uint8Array(length).fill(seed);
}

/** One step on one directory; what a guest would see as an error is the result. */
function act(FS: GuestFS, directory: string, each: Step): string {
  try {
    if (!('path' in each)) return '';
    const target = `${directory}/${each.path}`;
    if (each.do === 'write') {
      const stream = FS.open(target, FS.analyzePath(target).exists ? 'r+' : 'w+');
      FS.write(stream, bytes(each.length, each.seed), 0, each.length, each.at);
      FS.close(stream);
    } else if (each.do === 'replace') FS.writeFile(target, bytes(each.length, each.seed));
    else if (each.do === 'append') FS.writeFile(target, bytes(each.length, each.seed), { flags: 'a' });
    else if (each.do === 'truncate') FS.truncate(target, each.size);
    else if (each.do === 'rename') FS.rename(target, `${directory}/${each.to}`);
    else if (each.do === 'symlink') FS.symlink(`./${each.to}`, target);
    else if (each.do === 'chmod') FS.chmod(target, each.mode);
    else if (each.do === 'utime') FS.utime(target, each.mtime, each.mtime);
    else FS[each.do](target);
    return 'done';
  } catch (error) {
    return String((error as { errno?: number }).errno ?? error);
  }
}

let FS: GuestFS;
let mounts = 0;
beforeAll(async () => {
  ({ FS } = await startGuest());
});

test('whatever a program does, a reload finds the tree of the last turn, and each commit is the whole tree of its moment', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }), async (steps) => {
      mounts++;
      const [directory, plain] = [`/data${mounts}`, `/plain${mounts}`];
      FS.mkdirTree(plain);
      const faults = faultDriver(memory());
      const committed: { operations: readonly Operation<unknown>[]; tree: string[] }[] = [];
      let isRecording = true;
      const driver: StorageDriver = {
        ...faults.driver,
        named: undefined as never,
        commit(operations, options) {
          if (isRecording && committed.length < 12)
            committed.push({ operations: structuredClone(operations), tree: treeOf(FS, directory) });
          return faults.driver.commit?.(operations, options) as Promise<never>;
        },
      };
      const mount = async (): Promise<Files> => mountFiles(FS, directory, driver, { name: 'v' }).ready;
      let files = await mount();
      for (const each of steps) {
        expect(act(FS, directory, each)).toBe(act(FS, plain, each));
        if (each.do === 'turn') await Promise.resolve();
        if (each.do === 'flush') await files.flush(); // what was made to fail may fail
        if (each.do === 'fail') {
          isRecording = false; // what was recorded is not stored
          faults.restart();
          faults.failCall(1);
        }
        if (each.do === 'reload') {
          faults.heal();
          const before = treeOf(FS, directory);
          expect(await files.close()).toEqual({ saved: true });
          FS.unmount(directory);
          files = await mount();
          expect(treeOf(FS, directory)).toEqual(before);
        }
        expect(treeOf(FS, directory, { times: false })).toEqual(treeOf(FS, plain, { times: false }));
      }
      faults.heal();
      await files.close();
      FS.unmount(directory);

      const replay = memory();
      for (const { operations, tree } of committed) {
        await replay.commit?.(operations);
        const found = await mountFiles(FS, directory, replay, { name: 'v' }).ready;
        expect(treeOf(FS, directory)).toEqual(tree);
        await found.close();
        FS.unmount(directory);
      }
    }),
    { interruptAfterTimeLimit: 300_000, numRuns: Number(process.env.RUNS ?? 60) },
  );
}, 600_000);
