// Every code block of the README and the docs compiles against the sources. The blocks of one page are one small project: a first line
// `// state.ts` (in Svelte `<!-- App.svelte -->`) gives a block a name, so that the others can import it. ```ts no-check leaves one out.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Gate, openGate } from './gate.ts';
import { readPackages } from './packages.ts';

const repository = join(import.meta.dirname, '..');
const gate = openGate('readme');
const cache = mkdtempSync(join(tmpdir(), 'readme-'));
process.on('exit', () => rmSync(cache, { recursive: true }));
linkModules(gate);
const pages = gate.files(['README.md', 'packages/*/README.md', 'docs/**/*.md']).filter((page) => !page.startsWith('docs/public-api/'));
let blocks = 0;
for (const page of pages) checkPage(page);
gate.close(`${blocks} code blocks of ${pages.length} pages compile`);

/** What a block can import: our packages, and whatever they and the repository's root depend on. */
function linkModules({ root }: Gate): void {
  const link = (name: string, to: string): void => {
    const path = join(cache, 'node_modules', name);
    if (existsSync(path)) return;
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(to, path);
  };
  for (const { name, dir } of readPackages(root)) link(name, join(root, dir));
  for (const folder of [
    ...globSync('{packages/*,examples}/node_modules', { cwd: root }).map((it) => join(root, it)),
    join(repository, 'node_modules'),
  ])
    for (const name of globSync(['[!.@]*', '@*/*'], { cwd: folder })) link(name, join(folder, name));
}

function checkPage(page: string): void {
  const folder = join(cache, page.replaceAll('/', '~'));
  const lines = gate.read(page).split('\n');
  const files = new Set<string>();
  for (let i = 0; i < lines.length; i++) {
    const [, language] = /^```(ts|tsx|svelte)\s*$/.exec(lines[i] ?? '') ?? [];
    if (!language) continue;
    const end = lines.findIndex((line, at) => at > i && /^```\s*$/.test(line));
    const code = lines.slice(i + 1, end);
    const [, named] = /^(?:\/\/|<!--) ([\w./-]+\.(?:tsx?|svelte))(?: -->)?$/.exec(code[0] ?? '') ?? [];
    const file = named ?? `line-${i + 1}.${language}`;
    if (files.has(file)) gate.fault(page, i + 2, `a second block is called ${file}: give it another name`);
    files.add(file);
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    // At the lines that it has in the page, so that the compiler's lines are the page's.
    writeFileSync(join(folder, file), '\n'.repeat(i + 1) + code.join('\n'));
    i = end;
  }
  if (files.size === 0) return;
  blocks += files.size;
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: join(repository, 'tsconfig.base.json'),
      compilerOptions: {
        module: 'esnext',
        moduleResolution: 'bundler',
        noEmit: true,
        declaration: false,
        declarationMap: false,
        isolatedDeclarations: false,
        rootDir: '/',
      },
      include: ['**/*'],
    }),
  );
  if ([...files].some((file) => !file.endsWith('.svelte'))) checkTypes(page, folder, files);
  if ([...files].some((file) => file.endsWith('.svelte'))) checkComponents(page, folder, files);
}

function checkTypes(page: string, folder: string, files: ReadonlySet<string>): void {
  const { stdout } = spawnSync(join(repository, 'node_modules/.bin/tsc'), ['-p', '.', '--pretty', 'false'], {
    cwd: folder,
    encoding: 'utf8',
  });
  for (const [, file, line, text = ''] of stdout.matchAll(/^(?:(\S+?)\((\d+),\d+\): )?error (.*)$/gm)) {
    if (file && files.has(file)) gate.fault(page, Number(line), `${text} Correct the block, or mark it \`no-check\``);
    // Faults in the sources are the business of `check:types`, but after one of the set-up or of syntax nothing else is looked at.
    else if (!file || file === 'tsconfig.json' || /^TS1\d{3}:/.test(text))
      gate.fault(page, 1, `its blocks were not compiled: ${file ?? ''} ${text}`);
  }
}

function checkComponents(page: string, folder: string, files: ReadonlySet<string>): void {
  const { stdout } = spawnSync(
    join(repository, 'packages/svelte/node_modules/.bin/svelte-check'),
    ['--workspace', folder, '--tsconfig', join(folder, 'tsconfig.json'), '--output', 'machine', '--threshold', 'error'],
    { cwd: folder, encoding: 'utf8' },
  );
  if (!/^\d+ COMPLETED /m.test(stdout)) gate.fault(page, 1, `its components were not checked: ${stdout}`);
  for (const [, file = '', line, text = ''] of stdout.matchAll(/^\d+ ERROR "([^"]+)" (\d+):\d+ "(.*)"$/gm))
    if (files.has(file)) gate.fault(page, Number(line), `${text} Correct the block, or mark it \`no-check\``);
}
