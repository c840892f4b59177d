import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

const sound: Record<string, string> = {
  'ARCHITECTURE.md': `## Layers

| layer | files | may import |
| --- | --- | --- |
| base | \`core/src/{errors,shape}.ts\` | base |
| store | \`core/src/store.ts\` | base |
| entry | \`core/src/index.ts\` | base, store |
`,
  'packages/core/package.json': JSON.stringify({
    name: '@holdfast/core',
    version: '0.0.0',
    type: 'module',
    exports: { '.': './src/index.ts' },
    publishConfig: { exports: { '.': './dist/index.js' } },
  }),
  'packages/core/src/index.ts': "export type { StoreErrorCode } from './errors.ts';\nexport { open } from './store.ts';\n",
  'packages/core/src/errors.ts': "export type StoreErrorCode =\n  | 'FULL'\n  | 'CLOSED';\n",
  'packages/core/src/shape.ts': 'export interface Shape {\n  readonly size: number;\n}\n',
  'packages/core/src/store.ts':
    "import type { Shape } from './shape.ts';\n// console.log is not called here, and this is no import: import './index.ts'\nexport const open = (size: number): Shape => ({ size });\n",
  'packages/core/dist/index.js': "export { open } from './store.js';\n",
  'packages/core/dist/store.js': 'export const open = (size) => ({ size });\n',
  'packages/core/dist/index.d.ts': "export type { StoreErrorCode } from './errors.ts';\nexport { open } from './store.ts';\n",
  'packages/core/dist/errors.d.ts': "export type StoreErrorCode = 'FULL' | 'CLOSED';\n",
  'packages/core/dist/shape.d.ts': 'export interface Shape {\n    readonly size: number;\n}\n',
  'packages/core/dist/store.d.ts':
    "import type { Shape } from './shape.ts';\n/** Opens it. */\nexport declare const open: (size: number) => Shape;\n",
  'size-budgets.json': JSON.stringify([{ name: 'all', code: "export { open } from '@holdfast/core'", limit: 80 }]),
  'docs/errors.md': '# Errors\n\n## FULL\n\nFree space.\n\n## CLOSED\n\nOpen it again.\n',
  'README.md': `# Planted

<!-- sizes -->

| import | min + gzip |
| --- | ---: |
| all | 0.06 kB |

<!-- /sizes -->

\`\`\`ts
// store.ts
import { open } from '@holdfast/core';
export const store = open(1);
\`\`\`

\`\`\`ts
import { store } from './store.ts';
const size: number = store.size;
\`\`\`

\`\`\`ts no-check
const fragment: number = 'text';
\`\`\`
`,
  'docs/public-api/core.md': `# @holdfast/core

Written by \`pnpm check:api --write\` from the declarations that ship.

## Exports

\`\`\`ts no-check
type StoreErrorCode = 'FULL' | 'CLOSED';
declare const open: (size: number) => Shape;
\`\`\`

## Mentioned by them

\`\`\`ts no-check
interface Shape {
    readonly size: number;
}
\`\`\`
`,
};

/** The sound tree with some files changed; '' in place of a text leaves the file out. */
function plant(changed: Record<string, string> = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'gates-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [file, text] of Object.entries({ ...sound, ...changed })) {
    if (text === '') continue;
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return root;
}

function run(gate: string, root: string, ...options: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) =>
    execFile(process.execPath, [join(import.meta.dirname, `check-${gate}.ts`), '--root', root, ...options], (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    ),
  );
}

const edit = (file: string, from: string | RegExp, to: string): Record<string, string> => ({
  [file]: (sound[file] ?? '').replace(from, to),
});
const add = (file: string, text: string): Record<string, string> => ({ [file]: (sound[file] ?? '') + text });
const inLayer = (text: string): Record<string, string> => add('packages/core/src/store.ts', text);

describe.each(['architecture', 'errors', 'api', 'sizes', 'readme'])('%s', (gate) => {
  test('passes a sound tree', async () => {
    expect(await run(gate, plant())).toEqual({ code: 0, output: expect.stringContaining(`ok   ${gate}: `) });
  });
});

test.each<[gate: string, fault: string, changed: Record<string, string>, told: string]>([
  [
    'architecture',
    'an import against the table',
    add('packages/core/src/shape.ts', "import type {} from './store.ts';"),
    'core/src/shape.ts:4: layer "base" may not import packages/core/src/store.ts',
  ],
  [
    'architecture',
    'a type written as an import',
    add('packages/core/src/shape.ts', "type T = import('./store.ts').T;"),
    'core/src/shape.ts:4: layer "base" may not import',
  ],
  [
    'architecture',
    'an import through an entry',
    inLayer("import '@holdfast/core';"),
    'core/src/store.ts:4: layer "store" may not import packages/core/src/index.ts',
  ],
  [
    'architecture',
    'a cycle of types',
    {
      ...add('packages/core/src/shape.ts', "import type {} from './errors.ts';"),
      ...add('packages/core/src/errors.ts', "import type {} from './shape.ts';"),
    },
    'import cycle: packages/core/src/errors.ts -> packages/core/src/shape.ts -> packages/core/src/errors.ts',
  ],
  ['architecture', 'a long file', inLayer('//\n'.repeat(250)), 'core/src/store.ts:251: 253 lines'],
  ['architecture', 'a file in no layer', { 'packages/core/src/lost.ts': 'export {};' }, 'core/src/lost.ts:1: belongs to no layer'],
  [
    'architecture',
    'a file in two layers',
    edit('ARCHITECTURE.md', 'core/src/store.ts', 'core/src/s*.ts'),
    'core/src/shape.ts:1: belongs to 2 layers (base, store)',
  ],
  ['architecture', 'a drawer', { 'packages/core/src/utils.ts': 'export {};' }, '"utils" is a drawer'],
  ['architecture', 'a default export', inLayer('export default 1;'), 'core/src/store.ts:4: a default export'],
  ['architecture', 'a print', inLayer('console.warn(1);'), 'core/src/store.ts:4: a library does not print'],
  ['architecture', 'a star export', inLayer("export * from './shape.ts';"), 'core/src/store.ts:4: `export *` hides'],
  [
    'architecture',
    'another package by its files',
    inLayer("import '../../svelte/src/index.ts';"),
    'reach another package through its entries',
  ],
  ['architecture', 'a missing table', { 'ARCHITECTURE.md': '' }, 'ARCHITECTURE.md:1: no table'],
  ['errors', 'a code without a heading', edit('docs/errors.md', '## FULL', '### FULL'), 'core/src/errors.ts:2: FULL has no heading'],
  ['errors', 'a heading without a code', edit('docs/errors.md', '## CLOSED', '## GONE'), 'docs/errors.md:7: "GONE" is no code'],
  ['errors', 'an empty section', edit('docs/errors.md', 'Free space.', ''), 'docs/errors.md:3: "FULL" says nothing'],
  [
    'api',
    'another signature',
    edit('packages/core/dist/store.d.ts', 'size: number', 'size?: number'),
    'docs/public-api/core.md:9: the public API is now `declare const open: (size?: number) => Shape;`',
  ],
  [
    'api',
    'another type behind a signature',
    edit('packages/core/dist/shape.d.ts', 'number', 'string'),
    'docs/public-api/core.md:16: the public API is now',
  ],
  [
    'api',
    'an accidental export',
    add('packages/core/dist/index.d.ts', "export * from './shape.ts';"),
    'docs/public-api/core.md:8: the public API is now `interface Shape {`',
  ],
  ['api', 'a snapshot of no entry', { 'docs/public-api/core-old.md': '#' }, 'docs/public-api/core-old.md:1: is the snapshot of no entry'],
  ['sizes', 'a bundle over its limit', edit('size-budgets.json', '80', '20'), 'size-budgets.json:1: "all" is '],
  ['sizes', 'a budget of what is not exported', edit('size-budgets.json', '{ open }', '{ close }'), '"all" does not bundle'],
  [
    'sizes',
    'an entry without a budget',
    edit('size-budgets.json', '@holdfast/core', './packages/core/dist/index.js'),
    "no budget imports '@holdfast/core'",
  ],
  ['sizes', 'an old number in the README', edit('README.md', '0.06 kB', '0.04 kB'), 'README.md:3: the sizes are not the measured ones'],
  [
    'readme',
    'a block that does not compile',
    edit('README.md', 'const size: number', 'const size: string'),
    "README.md:19: TS2322: Type 'number' is not assignable to type 'string'",
  ],
  ['readme', 'a block that imports what is not there', edit('README.md', '{ open }', '{ close }'), 'README.md:13: TS2305'],
])('%s: finds %s', async (gate, _, changed, told) => {
  const { code, output } = await run(gate, plant(changed));
  expect(output).toContain(told);
  expect(code).toBe(1);
});

test.each([
  ['api', edit('packages/core/dist/store.d.ts', 'size: number', 'size?: number')],
  ['sizes', edit('README.md', '0.06 kB', '0.04 kB')],
])('%s --write cures what it finds', async (gate, changed) => {
  const root = plant(changed);
  await run(gate, root, '--write');
  expect(await run(gate, root)).toEqual({ code: 0, output: expect.stringContaining(`ok   ${gate}: `) });
});

test('readme: finds a component that does not compile', async () => {
  const component = (type: string): string =>
    `\`\`\`svelte\n<script lang="ts">\n  import { store } from './store.ts';\n  const size: ${type} = store.size;\n</script>\n\n<p>{size}</p>\n\`\`\`\n`;
  expect(await run('readme', plant(add('README.md', component('number'))))).toEqual({
    code: 0,
    output: expect.stringContaining('3 code blocks'),
  });
  const { code, output } = await run('readme', plant(add('README.md', component('string'))));
  expect(output).toContain("README.md:28: Type 'number' is not assignable to type 'string'");
  expect(code).toBe(1);
});
