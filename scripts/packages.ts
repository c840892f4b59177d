import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/** One public entry of a package. Files are relative to the root of the repository. */
interface Entry {
  /** What a user imports, for example `@holdfast/core/zustand`. */
  readonly specifier: string;
  /** `core`, `core/zustand`. */
  readonly label: string;
  readonly source: string;
  readonly built: string;
  /** The declarations that ship. */
  readonly types: string;
}

export interface Package {
  readonly name: string;
  readonly dir: string;
  readonly manifest: Manifest;
  readonly entries: readonly Entry[];
}

type Target = string | { readonly types?: string; readonly default: string };

interface Manifest {
  readonly version: string;
  readonly exports: Record<string, Target>;
  readonly publishConfig: { readonly exports: Record<string, Target> };
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
}

/** The published packages as their manifests tell: `exports` names the sources, `publishConfig.exports` what ships. A pattern is one entry a file. */
export function readPackages(root: string): Package[] {
  const manifests = globSync('packages/*/package.json', { cwd: root }).sort();
  if (manifests.length === 0) throw new Error(`${root} has no packages/*/package.json`);
  return manifests.map((file) => {
    const dir = file.slice(0, -'/package.json'.length);
    const manifest = JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest & { name: string };
    const entries = Object.entries(manifest.exports).flatMap(([path, target]) => {
      if (path === './package.json') return [];
      const source = fileOf(target);
      const shipped = manifest.publishConfig.exports[path];
      if (shipped === undefined) throw new Error(`${file}: "${path}" is in exports, not in publishConfig.exports`);
      const types = typeof shipped === 'object' && shipped.types ? shipped.types : fileOf(shipped).replace(/\.js$/, '.d.ts');
      return (path.includes('*') ? starsOf(join(root, dir), source) : ['']).map((star): Entry => {
        const at = (text: string): string => text.replace('*', star);
        return {
          specifier: manifest.name + at(path.slice(1)),
          label: basename(dir) + at(path.slice(1)),
          source: at(join(dir, source)),
          built: at(join(dir, fileOf(shipped))),
          types: at(join(dir, types)),
        };
      });
    });
    return { name: manifest.name, dir, manifest, entries };
  });
}

function fileOf(target: Target): string {
  return typeof target === 'string' ? target : target.default;
}

function starsOf(dir: string, pattern: string): string[] {
  const [before = '', after = ''] = pattern.slice('./'.length).split('*');
  return globSync(`${before}*${after}`, { cwd: dir })
    .filter((file) => !isTest(file))
    .map((file) => file.slice(before.length, file.length - after.length))
    .sort();
}

export function isTest(file: string): boolean {
  return /\.test(-d)?\./.test(file);
}

/** Builds when a source is newer than what was built of it or an entry is not built at all, so that no gate judges an old `dist`. */
export function buildIfStale(root: string): void {
  const newest = (pattern: string | string[]): number =>
    Math.max(0, ...globSync(pattern, { cwd: root }).map((file) => statSync(join(root, file)).mtimeMs));
  const stale = readPackages(root).some(
    ({ dir, entries }) =>
      entries.some(({ built }) => !existsSync(join(root, built))) ||
      newest(`${dir}/src/**/*.*`) > newest([`${dir}/dist/.tsbuildinfo`, `${dir}/dist/**/*.*`]),
  );
  if (!stale) return;
  const { status, stdout, stderr } = spawnSync('pnpm', ['build'], { cwd: root, encoding: 'utf8' });
  if (status === 0) return;
  console.error(`${stdout}${stderr}\nFAIL build: correct what \`pnpm check:types\` says first`);
  process.exit(1);
}
