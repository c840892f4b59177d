import { unzipSync, zipSync } from 'fflate';
import { packTar, unpackTar } from 'modern-tar';
import { beforeAll, expect, test } from 'vitest';
import { memory } from '../../src/drivers/memory.ts';
import { readTree, writeTree } from '../../src/files.ts';
import { type GuestFS, startGuest, treeOf } from './guest.ts';
import { mount, pattern } from './mounting.ts';

let FS: GuestFS;
beforeAll(async () => {
  ({ FS } = await startGuest());
});

async function filled(): Promise<string> {
  const { at, directory } = await mount(FS, memory());
  FS.mkdirTree(at('a/b'));
  FS.mkdir(at('empty'));
  FS.writeFile(at('a/b/large'), pattern(100_000));
  FS.writeFile(at('Größe'), '');
  FS.symlink('a/b/large', at('link'));
  FS.chmod(at('Größe'), 0o600);
  FS.utime(at('a/b/large'), 1_000_000_000_000, 1_000_000_000_000);
  FS.utime(at('a'), 1_000_000_001_000, 1_000_000_001_000);
  return directory;
}

/** Links have no date of their own in an archive. */
const comparable = (directory: string): string[] =>
  treeOf(FS, directory)
    .filter((line) => !line.startsWith('/link'))
    .slice(1);

test('a tree that is read and written elsewhere is the same', async () => {
  const from = await filled();
  const to = await mount(FS, memory());
  writeTree(FS, to.directory, readTree(FS, from));
  writeTree(FS, to.directory, readTree(FS, from));
  expect(comparable(to.directory)).toEqual(comparable(from));
  expect(FS.readlink(to.at('link'))).toBe('a/b/large');
});

test('a tree goes through a tar archive', async () => {
  const from = await filled();
  const archive = await packTar(
    readTree(FS, from).map(({ path, bytes, target, mode, mtimeMs }) => ({
      header: {
        name: path,
        mode,
        mtime: new Date(mtimeMs),
        size: bytes?.length ?? 0,
        type: bytes ? ('file' as const) : target === undefined ? ('directory' as const) : ('symlink' as const),
        ...(target === undefined ? {} : { linkname: target }),
      },
      ...(bytes ? { body: bytes } : {}),
    })),
  );
  const to = await mount(FS, memory());
  writeTree(
    FS,
    to.directory,
    (await unpackTar(archive)).map(({ header, data }) => ({
      path: header.name,
      mode: header.mode ?? 0o644,
      mtimeMs: header.mtime?.getTime() ?? 0,
      ...(header.type === 'file'
        ? { bytes: data ?? new Uint8Array() }
        : header.type === 'symlink'
          ? { target: header.linkname ?? '' }
          : {}),
    })),
  );
  const toSeconds = (lines: string[]): string[] => lines.map((line) => line.replace(/\d{3}$/, ''));
  expect(toSeconds(comparable(to.directory))).toEqual(toSeconds(comparable(from)));
});

test('files and directories go through a zip archive', async () => {
  const from = await filled();
  const entries = readTree(FS, from).filter(({ target }) => target === undefined);
  const archive = zipSync(
    Object.fromEntries(
      entries.map(({ path, bytes, mode, mtimeMs }) => [
        bytes ? path : `${path}/`,
        [bytes ?? new Uint8Array(), { mtime: mtimeMs, os: 3, attrs: mode << 16 }],
      ]),
    ),
  );
  const to = await mount(FS, memory());
  writeTree(
    FS,
    to.directory,
    Object.entries(unzipSync(archive)).map(([path, bytes]) => ({
      path,
      mode: path.endsWith('/') ? 0o755 : 0o644,
      mtimeMs: 0,
      ...(path.endsWith('/') ? {} : { bytes }),
    })),
  );
  const contents = (directory: string): unknown[] =>
    readTree(FS, directory).flatMap(({ path, bytes, target }) => (target === undefined ? [[path, bytes]] : []));
  expect(contents(to.directory)).toEqual(contents(from));
});

test('an archive writes nothing outside of its directory', async () => {
  const { directory, at } = await mount(FS, memory());
  const before = treeOf(FS, '/tmp');
  const entry = { mode: 0o644, mtimeMs: 0, bytes: pattern(3) };
  writeTree(FS, directory, [
    { ...entry, path: '../outside' },
    { ...entry, path: 'a/../../outside' },
    { path: 'out', target: '/tmp', mode: 0o777, mtimeMs: 0 },
    { ...entry, path: 'out/outside' },
    { path: 'out', mode: 0o777, mtimeMs: 1 },
    { path: '../tmp', mode: 0o700, mtimeMs: 1 },
    { ...entry, path: '/inside' },
  ]);
  expect(treeOf(FS, '/tmp')).toEqual(before);
  expect([FS.analyzePath('/outside').exists, FS.analyzePath('/tmp/outside').exists]).toEqual([false, false]);
  expect(FS.readFile(at('inside'))).toEqual(pattern(3));
});
