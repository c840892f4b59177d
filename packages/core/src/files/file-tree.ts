import { type EmscriptenFS, type GuestFS, isDirectory, isFile, isLink } from './emscripten.ts';

/** A file (with `bytes`), a link (with `target`) or a directory (with neither), as an archive holds it. */
export interface TreeEntry {
  /** Relative, without a slash at either end. */
  readonly path: string;
  readonly bytes?: Uint8Array;
  readonly target?: string;
  /** Permissions, without the bits of the kind. */
  readonly mode: number;
  /** Milliseconds since 1970. */
  readonly mtimeMs: number;
}

/** Everything in a directory of a guest, parents first. The bytes are copies. */
export function readTree(guest: EmscriptenFS, directory: string): TreeEntry[] {
  const FS = guest as GuestFS;
  const entries: TreeEntry[] = [];
  const visit = (folder: string): void => {
    for (const name of FS.readdir(`${directory}/${folder}`).sort()) {
      if (name === '.' || name === '..') continue;
      const path = `${folder}${name}`;
      const stat = FS.lstat(`${directory}/${path}`);
      const entry = { path, mode: stat.mode & 0o7777, mtimeMs: stat.mtime.getTime() };
      if (isFile(stat)) entries.push({ ...entry, bytes: FS.readFile(`${directory}/${path}`) });
      else if (isLink(stat)) entries.push({ ...entry, target: FS.readlink(`${directory}/${path}`) });
      else if (isDirectory(stat)) {
        entries.push(entry);
        visit(`${path}/`);
      }
    }
  };
  visit('');
  return entries;
}

/** Puts the entries into a directory of a guest, over what is there. Nothing is written outside of it. Throws what the guest throws. */
export function writeTree(guest: EmscriptenFS, directory: string, entries: Iterable<TreeEntry>): void {
  const FS = guest as GuestFS;
  const dated: [place: string, entry: TreeEntry][] = [];
  for (const entry of entries) {
    const { path, bytes, target } = entry;
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    const folders = bytes || target !== undefined ? parts.slice(0, -1) : parts;
    const placeOf = (inside: readonly string[]): string => [directory, ...inside].join('/');
    // A link on the way would lead out, as `..` does.
    const isOutside = parts.includes('..') || folders.some((_, index) => isLinkAt(FS, placeOf(folders.slice(0, index + 1))));
    if (isOutside || parts.length === 0) continue;
    const place = placeOf(parts);
    FS.mkdirTree(placeOf(folders));
    if (parts !== folders && isLinkAt(FS, place)) FS.unlink(place);
    if (bytes) FS.writeFile(place, bytes);
    if (target === undefined) dated.push([place, entry]);
    else FS.symlink(target, place);
  }
  // Last of all: what is put into a directory changes its date, and may need its permission.
  for (const [place, { mode, mtimeMs }] of dated) {
    if (isLinkAt(FS, place)) continue;
    FS.chmod(place, mode);
    FS.utime(place, mtimeMs, mtimeMs);
  }
}

function isLinkAt(FS: GuestFS, path: string): boolean {
  try {
    return isLink(FS.lstat(path));
  } catch {
    return false; // there is nothing
  }
}
