import { StoreError } from '../errors.ts';
import { computed, type Observable } from '../observable.ts';
import { childrenOf, type FsNode, isDirectory, isLink } from './emscripten.ts';
import { timesOf } from './times.ts';
import type { Volume } from './volume.ts';

/** A file, directory or link of the volume. The same object until something of it changes. */
export interface FileInfo {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link';
  /** Bytes; of a directory 0. */
  readonly size: number;
  /** As in `stat`, with the bits of the kind. */
  readonly mode: number;
  /** Milliseconds since 1970. */
  readonly mtimeMs: number;
  /** Where a link points. */
  readonly target?: string;
}

export interface Listing {
  watch(pattern: string): Observable<readonly FileInfo[]>;
  file(path: string): Observable<Uint8Array | undefined>;
}

interface Seen {
  readonly info: FileInfo;
  readonly version: number;
}

/** Files as observables. `changes` tells when something may have changed; nothing is looked at while nobody watches. */
export function createListing(
  directory: string,
  root: () => FsNode | undefined,
  changes: Observable<unknown>,
  volume: Volume,
  readBytes: (node: FsNode) => Uint8Array,
): Listing {
  const seen = new WeakMap<FsNode, Seen>();
  const base = directory === '/' ? '' : directory;

  function infoOf(node: FsNode, path: string): FileInfo {
    const version = volume.of(node)?.version ?? 0;
    const kind = isDirectory(node) ? 'directory' : isLink(node) ? 'link' : 'file';
    const info: FileInfo = {
      path,
      kind,
      size: kind === 'directory' ? 0 : kind === 'link' ? (node.link?.length ?? 0) : (node.usedBytes ?? 0),
      mode: node.mode,
      mtimeMs: timesOf(node).mtime,
      ...(kind === 'link' && node.link !== undefined ? { target: node.link } : {}),
    };
    const before = seen.get(node);
    const isSame =
      before?.version === version &&
      before.info.path === path &&
      before.info.mode === info.mode &&
      before.info.mtimeMs === info.mtimeMs &&
      before.info.size === info.size;
    if (isSame) return before.info;
    seen.set(node, { info, version });
    return info;
  }

  function partsOf(path: string): string[] {
    if (!`${path}/`.startsWith(`${base}/`)) throw new StoreError('INVALID_ARGUMENT', `Cannot watch "${path}": it is not in "${directory}"`);
    return path.slice(base.length).split('/').filter(Boolean);
  }

  function* matches(node: FsNode, path: string, [first, ...rest]: readonly (RegExp | '**')[]): Generator<FileInfo> {
    if (first === undefined || !isDirectory(node)) return;
    const names = Object.keys(childrenOf(node)).sort();
    if (first === '**' && rest.length > 0) yield* matches(node, path, rest);
    for (const name of names) {
      const child = childrenOf(node)[name] as FsNode;
      const childPath = `${path}/${name}`;
      if (first === '**') {
        if (rest.length === 0) yield infoOf(child, childPath);
        yield* matches(child, childPath, [first, ...rest]);
      } else if (first.test(name)) {
        if (rest.length === 0) yield infoOf(child, childPath);
        else yield* matches(child, childPath, rest);
      }
    }
  }

  return {
    watch(pattern) {
      const parts = partsOf(pattern).map((part) => (part === '**' ? part : wildcard(part)));
      let last: readonly FileInfo[] = [];
      return computed(() => {
        changes.get();
        const top = root();
        const found = top ? [...matches(top, base, parts)] : [];
        if (found.length !== last.length || found.some((info, index) => info !== last[index])) last = found;
        return last;
      });
    },
    file(path) {
      const parts = partsOf(path);
      let last: { node: FsNode; version: number; bytes: Uint8Array } | undefined;
      return computed(() => {
        changes.get();
        const node = parts.reduce<FsNode | undefined>(
          (parent, name) => (parent && isDirectory(parent) ? childrenOf(parent)[name] : undefined),
          root(),
        );
        const version = node && volume.of(node)?.version;
        if (!node || version === undefined || isDirectory(node) || isLink(node)) return undefined;
        if (last?.node !== node || last.version !== version) last = { node, version, bytes: readBytes(node) };
        return last.bytes;
      });
    },
  };
}

/** `*` and `?` inside one name. */
function wildcard(part: string): RegExp {
  const source = part
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}
