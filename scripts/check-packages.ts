// Packs every package as it would be published and judges the tarballs: what is in them, publint, attw, then a consumer: an empty project
// that installs them, type-checks every entry without skipLibCheck in both module resolutions, and imports every entry in Node.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openGate } from './gate.ts';
import { type Package, readPackages } from './packages.ts';

const gate = openGate('packages');
const packages = readPackages(gate.root);
const folder = mkdtempSync(join(tmpdir(), 'pack-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Runs a tool; what it prints is told only when it fails. */
function run(file: string, what: string, command: string, args: readonly string[], cwd = gate.root): boolean {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) gate.fault(file, 1, `${what}:\n${stdout}${stderr}`);
  return status === 0;
}

if (!run('package.json', '`pnpm build` fails', 'pnpm', ['build'])) gate.close('');
const tarballs = new Map<string, string>();
for (const { name, dir } of packages) {
  const tarball = join(folder, `${dir.split('/')[1]}.tgz`);
  if (run(`${dir}/package.json`, 'it does not pack', 'pnpm', ['--filter', `./${dir}`, 'pack', '--out', tarball]))
    tarballs.set(name, tarball);
}
for (const each of packages) checkTarball(each);
checkConsumer();
gate.close(
  `${packages.length} tarballs: contents, publint, attw, a consumer's types in two resolutions, its imports on Node ${process.versions.node}`,
);

function checkTarball({ name, dir, manifest, entries }: Package): void {
  const tarball = tarballs.get(name);
  if (!tarball) return;
  const at = `${dir}/package.json`;
  const unpacked = join(folder, 'unpacked', dir);
  mkdirSync(unpacked, { recursive: true });
  run(at, 'it does not unpack', 'tar', ['xzf', tarball, '-C', unpacked, '--strip-components', '1']);
  const files = globSync('**/*.*', { cwd: unpacked }).concat(globSync('LICENSE', { cwd: unpacked }));
  for (const file of ['README.md', 'LICENSE'])
    if (!files.includes(file)) gate.fault(at, 1, `the tarball has no ${file}: add ${dir}/${file}`);
  for (const file of files.filter((it) => /\.test(-d)?\.|tsbuildinfo$|(^|\/)(test|node_modules)\//.test(it)))
    gate.fault(at, 1, `the tarball has ${file}: keep it out by "files", for example "!**/*.test*"`);
  for (const { built, types } of entries)
    for (const file of [built, types].map((it) => it.slice(dir.length + 1)))
      if (!files.includes(file)) gate.fault(at, 1, `the tarball lacks ${file}, which publishConfig.exports names`);
  for (const file of files.filter((it) => /^dist\/.*\.js$/.test(it)))
    if (!globSync(file.replace(/^dist/, 'src').replace(/js$/, '{ts,tsx,js}'), { cwd: gate.path(dir) }).length)
      gate.fault(at, 1, `the tarball has ${file}, which has no source any more: remove ${dir}/dist and build`);
  const lost = files.filter((it) => it.endsWith('.map')).find((file) => !mapIsWhole(unpacked, file));
  if (lost) gate.fault(at, 1, `${lost} and perhaps others point at sources that the tarball does not have: add "src" to "files"`);
  run(at, 'publint', 'publint', ['run', '--strict', tarball]);
  // Components have no declarations in Node's own resolution: only bundlers load them.
  const ignored = manifest.peerDependencies?.svelte ? ['--ignore-rules', 'internal-resolution-error'] : [];
  run(at, 'attw', 'attw', [tarball, '--profile', 'esm-only', '--format', 'ascii', ...ignored]);
}

function mapIsWhole(unpacked: string, file: string): boolean {
  const { sources, sourcesContent } = JSON.parse(readFileSync(join(unpacked, file), 'utf8')) as {
    sources: string[];
    sourcesContent?: string[];
  };
  return sourcesContent !== undefined || sources.every((source) => existsSync(join(unpacked, file, '..', source)));
}

function checkConsumer(): void {
  if (tarballs.size < packages.length) return;
  const app = join(folder, 'app');
  mkdirSync(app);
  const put = (name: string, content: unknown): void =>
    writeFileSync(join(app, name), typeof content === 'string' ? content : JSON.stringify(content));
  const ours = Object.fromEntries([...tarballs].map(([name, file]) => [name, `file:${file}`]));
  put('package.json', { name: 'app', private: true, type: 'module', dependencies: { ...ours, ...peersOf(packages) } });
  put(
    'pnpm-workspace.yaml',
    `packages: ['.']\noverrides:\n${Object.entries(ours)
      .map(([name, file]) => `  '${name}': '${file}'\n`)
      .join('')}`,
  );
  const specifiers = packages.flatMap(({ entries }) => entries.map(({ specifier }) => specifier));
  put(
    'app.ts',
    `${specifiers.map((it, i) => `import * as entry${i} from '${it}';\n`).join('')}export const all = [${specifiers.map((_, i) => `entry${i}`)}];\n`,
  );
  put(
    'app.mjs',
    `let failed = false;
for (const name of ${JSON.stringify(specifiers)}) {
  const seen = await import(name).then((entry) => Object.keys(entry).length > 0 ? '' : 'exports nothing', String);
  if (seen) { failed = true; console.log(name + ': ' + seen); }
}
process.exit(failed ? 1 : 0);\n`,
  );
  if (!run('package.json', 'a consumer cannot install the tarballs', 'pnpm', ['install', '--prefer-offline', '--no-frozen-lockfile'], app))
    return;
  for (const [module, moduleResolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ]) {
    const options = {
      target: 'es2022',
      module,
      moduleResolution,
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      types: [],
      lib: ['es2023', 'dom', 'dom.iterable'],
    };
    put(`tsconfig.${moduleResolution}.json`, { compilerOptions: options, files: ['app.ts'] });
    run('package.json', `a consumer's types fail (${moduleResolution})`, 'tsc', ['-p', `tsconfig.${moduleResolution}.json`], app);
  }
  run('package.json', 'a consumer cannot import these entries', 'node', ['app.mjs'], app);
}

/** The peers at the versions that are installed here, with their types where those are packages of their own. */
function peersOf(all: readonly Package[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { dir, manifest } of all)
    for (const peer of Object.keys(manifest.peerDependencies ?? {}))
      for (const name of [peer, `@types/${peer}`]) {
        const file = gate.path(dir, 'node_modules', name, 'package.json');
        if (existsSync(file)) found[name] = (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
      }
  return found;
}
