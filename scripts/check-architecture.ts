// The layer table of ARCHITECTURE.md is the rule: which file belongs to which layer, and what that layer may import (types too).
// Beside it the rules of form that need no table: no cycle, no long file, no drawer, no default export, no console, no star re-export.
import { join, matchesGlob } from 'node:path';
import { type ESTree, parseSync, Visitor } from 'vite';
import { lineAt, openGate } from './gate.ts';
import { isTest, readPackages } from './packages.ts';

interface Layer {
  readonly globs: readonly string[];
  readonly mayImport: readonly string[];
}
interface Import {
  readonly to: string;
  readonly line: number;
}

const MAX_LINES = 250;
const DRAWER = /^(utils?|types?|helpers?|common|misc|shared)$/;

const gate = openGate('architecture');
const layers = readLayers(gate.read('ARCHITECTURE.md'));
const entries = new Map(readPackages(gate.root).flatMap((p) => p.entries.map(({ specifier, source }) => [specifier, source])));
const isEntry = new Set(entries.values());
const files = gate.files('packages/*/src/**/*.{ts,tsx,svelte}').filter((file) => !isTest(file));
for (const file of files) checkName(file);
const layerOf = new Map(files.map((file) => [file, assignLayer(file)]));
const importsOf = new Map(files.map((file) => [file, readImports(file)]));
for (const [file, imports] of importsOf) for (const found of imports) checkImport(file, found);
findCycles();
gate.close(`${files.length} files in ${layers.size} layers`);

/** Rows of `| layer | files | may import |`: globs in backticks, relative to packages/. A layer may import itself only when it says so. */
function readLayers(text: string): Map<string, Layer> {
  const found = new Map<string, Layer & { line: number }>();
  let isInside = false;
  for (const [index, row] of text.split('\n').entries()) {
    if (row.startsWith('## ')) isInside = row.trim() === '## Layers';
    const [, name = '', globs = '', mayImport = ''] = row.split('|').map((cell) => cell.trim());
    if (!isInside || !globs.includes('`')) continue;
    found.set(name.replaceAll('`', ''), {
      globs: [...globs.matchAll(/`([^`]+)`/g)].map(([, glob]) => `packages/${glob}`),
      mayImport: (mayImport.match(/[\w-]+/g) ?? []).filter((word) => word !== 'nothing'),
      line: index + 1,
    });
  }
  if (found.size === 0) gate.fault('ARCHITECTURE.md', 1, 'no table `| layer | files | may import |` under `## Layers`: write one');
  for (const [name, { mayImport, line }] of found)
    for (const other of mayImport.filter((it) => !found.has(it)))
      gate.fault('ARCHITECTURE.md', line, `layer "${name}" may import "${other}", which is no layer: correct the name`);
  return found;
}

function checkName(file: string): void {
  for (const part of file.split('/').slice(3)) {
    const stem = part.replace(/\..*$/, '');
    if (DRAWER.test(stem)) gate.fault(file, 1, `"${stem}" is a drawer, not an idea: name it after what it holds`);
    else if (!part.endsWith('.svelte') && !/^[a-z0-9-]+$/.test(stem)) gate.fault(file, 1, `"${stem}" is not kebab-case: rename it`);
  }
}

function assignLayer(file: string): string | undefined {
  const names = [...layers].filter(([, { globs }]) => globs.some((glob) => matchesGlob(file, glob))).map(([name]) => name);
  if (names.length === 0) gate.fault(file, 1, 'belongs to no layer: add it to the table in ARCHITECTURE.md');
  if (names.length > 1) gate.fault(file, 1, `belongs to ${names.length} layers (${names.join(', ')}): narrow the globs in ARCHITECTURE.md`);
  return names[0];
}

/** What a file imports from our own packages; tells on the way what the file itself does wrong. */
function readImports(file: string): Import[] {
  const raw = gate.read(file);
  const lines = raw.trimEnd().split('\n').length;
  if (lines > MAX_LINES) gate.fault(file, MAX_LINES + 1, `${lines} lines: more than ${MAX_LINES} are two ideas; split the file`);
  const text = file.endsWith('.svelte') ? scriptsOf(raw) : raw;
  const fault = (offset: number, what: string): void => gate.fault(file, lineAt(text, offset), what);
  const { program, module } = parseSync(file.replace(/\.svelte$/, '.ts'), text);

  const found = module.staticImports.map(({ moduleRequest, start }) => ({ specifier: moduleRequest.value, start }));
  for (const { moduleRequest, importName, exportName, start } of module.staticExports.flatMap((it) => it.entries)) {
    if (moduleRequest) found.push({ specifier: moduleRequest.value, start });
    if (exportName.kind === 'Default') fault(start, 'a default export has no name of its own: export it by name');
    if (importName.kind === 'AllButDefault' && !isEntry.has(file)) fault(start, '`export *` hides what is public: name the exports');
  }
  const addDynamic = ({ source, start }: ESTree.ImportExpression | ESTree.TSImportType): void => {
    if (source.type === 'Literal' && typeof source.value === 'string') found.push({ specifier: source.value, start });
  };
  new Visitor({
    ImportExpression: addDynamic,
    TSImportType: addDynamic,
    MemberExpression({ object, start }) {
      if (object.type === 'Identifier' && object.name === 'console')
        fault(start, 'a library does not print: throw, or report through a port');
    },
  }).visit(program);

  return found.flatMap(({ specifier, start }) => {
    const isRelative = specifier.startsWith('.');
    const to = isRelative ? join(file, '..', specifier) : entries.get(specifier);
    if (to === undefined) return [];
    if (isRelative && packageOf(to) !== packageOf(file)) fault(start, `imports ${to}: reach another package through its entries`);
    return [{ to, line: lineAt(text, start) }];
  });
}

/** A component's scripts, at their own lines. */
function scriptsOf(component: string): string {
  let isInside = false;
  return component.replace(/(<script[^>]*>)|(<\/script>)|[^\n]/g, (all: string, open?: string, close?: string) => {
    if (open || close) isInside = open !== undefined;
    return isInside && !open ? all : ' '.repeat(all.length);
  });
}

function packageOf(file: string): string {
  return file.split('/').slice(0, 2).join('/');
}

function checkImport(file: string, { to, line }: Import): void {
  const from = layerOf.get(file);
  const into = layerOf.get(to);
  if (from === undefined || into === undefined || layers.get(from)?.mayImport.includes(into)) return;
  const allowed = layers.get(from)?.mayImport.join(', ') || 'nothing';
  gate.fault(
    file,
    line,
    `layer "${from}" may not import ${to} (layer "${into}"), only: ${allowed}. Move the code, or take it as an argument`,
  );
}

/** Depth first: an import back into the current path closes a cycle, and is told where it closes. */
function findCycles(): void {
  const done = new Set<string>();
  const walk = (file: string, above: readonly string[]): void => {
    if (done.has(file)) return;
    const path = [...above, file];
    for (const { to, line } of importsOf.get(file) ?? []) {
      const start = path.indexOf(to);
      if (start < 0) walk(to, path);
      else gate.fault(file, line, `import cycle: ${[...path.slice(start), to].join(' -> ')}. Move what both need below them`);
    }
    done.add(file);
  };
  for (const file of files) walk(file, []);
}
