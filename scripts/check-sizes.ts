// What a user's bundle grows by: the imports of each budget, bundled and minified by esbuild from the built packages, in gzip bytes.
// Every public entry has a budget, and the table in README.md shows the measured numbers. `--parts` shows what each bundle is made of.
import { writeFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build, type Metafile, type Plugin } from 'esbuild';
import { lineAt, openGate } from './gate.ts';
import { buildIfStale, readPackages } from './packages.ts';

interface Budget {
  readonly name: string;
  /** The user's imports, as an export of them, so that nothing is dropped. */
  readonly code: string;
  /** Most gzip bytes. */
  readonly limit: number;
  /** What the user's bundle has anyway. */
  readonly external?: readonly string[];
}

const BUDGETS = 'size-budgets.json';
const TABLE = /(<!-- sizes -->\n)([\s\S]*?)(<!-- \/sizes -->)/;

const gate = openGate('sizes', ['parts']);
buildIfStale(gate.root);
const text = gate.read(BUDGETS);
const budgets = JSON.parse(text) as Budget[];
const entries = readPackages(gate.root).flatMap((p) => p.entries);
const built = new Map(entries.map((entry) => [entry.specifier, gate.path(entry.built)]));

const rows: string[] = [];
for (const budget of budgets) {
  const line = lineAt(text, text.indexOf(JSON.stringify(budget.name)));
  const bundled = await bundle(budget).catch((error: Error) =>
    gate.fault(BUDGETS, line, `"${budget.name}" does not bundle: ${error.message}`),
  );
  if (!bundled) continue;
  const { code, parts } = bundled;
  const gzip = gzipSync(code, { level: 9 }).length;
  const share = `${Math.round((gzip / budget.limit) * 100)} %`.padStart(5);
  console.log(
    `     ${budget.name.padEnd(32)} ${`${gzip} B`.padStart(8)} gzip, ${share} of ${budget.limit}  (${brotliCompressSync(code).length} brotli, ${code.length} min)`,
  );
  if (gate.has('parts')) for (const part of parts) console.log(`       ${part}`);
  rows.push(`| ${budget.name} | ${(gzip / 1000).toFixed(2)} kB |`);
  if (gzip > budget.limit)
    gate.fault(
      BUDGETS,
      line,
      `"${budget.name}" is ${gzip} B, ${gzip - budget.limit} over its limit; the largest parts: ${parts.slice(0, 4).join(', ')}. Take out what its imports do not need`,
    );
}
// Test tools never reach a user's bundle.
for (const { specifier } of entries.filter((entry) => !entry.label.endsWith('/testing')))
  if (!budgets.some(({ code }) => code.includes(`'${specifier}'`))) gate.fault(BUDGETS, 1, `no budget imports '${specifier}': add one`);
compareReadme(`| import | min + gzip |\n| --- | ---: |\n${rows.join('\n')}\n`);
gate.close(`${budgets.length} budgets kept, README.md in step`);

async function bundle({ code, external = [] }: Budget): Promise<{ code: Uint8Array; parts: string[] }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: gate.root },
    bundle: true,
    // What is imported when it is used is a file of its own: here counts what a page loads at its start.
    splitting: true,
    absWorkingDir: gate.root,
    outdir: gate.root,
    write: false,
    metafile: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    external: [...external],
    plugins: [published(external)],
    legalComments: 'none',
    logLevel: 'silent',
  });
  const first = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === '<stdin>')?.[0] as string;
  const loaded = loadedWith(first, metafile);
  const files = outputFiles.filter(({ path }) => loaded.some((file) => path.endsWith(file)));
  return { code: Buffer.concat(files.map(({ contents }) => contents)), parts: partsOf(metafile, loaded) };
}

/** The file and all that it imports, apart from what is imported when it is used. */
function loadedWith(file: string, { outputs }: Metafile, found: string[] = []): string[] {
  if (found.includes(file)) return found;
  found.push(file);
  for (const { path, kind, external } of outputs[file]?.imports ?? [])
    if (kind === 'import-statement' && !external) loadedWith(path, { outputs } as Metafile, found);
  return found;
}

/** The files in it, in minified bytes, the largest first: where to begin. */
function partsOf({ outputs }: Metafile, loaded: readonly string[]): string[] {
  return loaded
    .flatMap((file) => Object.entries(outputs[file]?.inputs ?? {}))
    .sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput)
    .map(([file, { bytesInOutput }]) => `${file.replace(/^.*(node_modules|packages)\//, '')} ${bytesInOutput}`);
}

/** In the workspace `exports` names the sources; measured is what ships. */
function published(external: readonly string[]): Plugin {
  return {
    name: 'published',
    setup({ onResolve }) {
      onResolve({ filter: /^@holdfast\// }, ({ path }) => {
        if (external.some((name) => path === name || path.startsWith(`${name}/`))) return { path, external: true };
        const file = built.get(path);
        return file ? { path: file, sideEffects: false } : { errors: [{ text: `${path} is no public entry` }] };
      });
    },
  };
}

function compareReadme(table: string): void {
  const readme = gate.read('README.md');
  const [, open = '', found, close = ''] = TABLE.exec(readme) ?? [];
  const line = lineAt(readme, Math.max(0, readme.indexOf(open)));
  if (found === undefined)
    gate.fault('README.md', 1, 'no table between <!-- sizes --> and <!-- /sizes -->: add the two lines, then run with `--write`');
  else if (found.trim() === table.trim()) return;
  else if (gate.write)
    writeFileSync(
      gate.path('README.md'),
      readme.replace(TABLE, () => `${open}\n${table}\n${close}`),
    );
  else gate.fault('README.md', line, 'the sizes are not the measured ones: run `pnpm check:sizes --write`');
}
