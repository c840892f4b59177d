import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ESTree, parseSync, Visitor } from 'vite';

/** What an entry's built `.d.ts` makes public, as text without comments, sorted by name. */
export interface Declarations {
  readonly exported: readonly string[];
  /** Not exported, but part of what is. */
  readonly mentioned: readonly string[];
  readonly unresolved: readonly { readonly name: string; readonly file: string }[];
}

interface Module {
  /** Text of each top-level name; overloads together. */
  readonly declared: ReadonlyMap<string, readonly Declared[]>;
  /** Where a name that is not declared here comes from. */
  readonly imported: ReadonlyMap<string, Origin>;
  readonly exported: ReadonlyMap<string, Origin>;
  readonly stars: readonly string[];
}
type Comments = ReturnType<typeof parseSync>['comments'];
interface Declared {
  readonly text: string;
  readonly mentions: ReadonlySet<string>;
}
/** A name in a module: of this package when `from` is a file, of another one when it is a specifier. */
interface Origin {
  readonly from: string;
  readonly name: string;
}

/** Follows the re-exports of a declaration file to the declarations. Both are relative to `root`. */
export function declarationsOf(root: string, entry: string): Declarations {
  const modules = new Map<string, Module>();
  const unresolved: { name: string; file: string }[] = [];
  const moduleAt = (file: string): Module => {
    const known = modules.get(file) ?? readModule(root, file);
    modules.set(file, known);
    return known;
  };

  /** Where a name is declared at last; it ends at the border of the package. */
  const resolve = ({ from, name }: Origin): Origin => {
    if (!existsSync(join(root, from))) return { from, name };
    const { declared, imported, exported, stars } = moduleAt(from);
    const next = exported.get(name) ?? (declared.has(name) ? undefined : imported.get(name));
    if (next && (next.from !== from || next.name !== name)) return resolve(next);
    if (declared.has(name)) return { from, name };
    const star = stars.find((file) => namesOf(file).includes(name));
    return star ? resolve({ from: star, name }) : { from, name };
  };
  const namesOf = (file: string): string[] => {
    const { exported, stars } = moduleAt(file);
    return [...exported.keys(), ...stars.flatMap(namesOf)];
  };
  const print = (alias: string, { from, name }: Origin): string[] => {
    const found = modules.get(from)?.declared.get(name);
    const as = alias === name ? name : `${name} as ${alias}`;
    if (found) return alias === name ? found.map(({ text }) => text) : [...found.map(({ text }) => text), `export { ${as} };`];
    if (modules.has(from)) unresolved.push({ name, file: from });
    return [`export { ${as} } from '${from}';`];
  };

  const names = [...new Set(namesOf(entry))].sort();
  const origins = new Map(names.map((name) => [name, resolve({ from: entry, name })]));
  const exported = [...origins].flatMap(([name, origin]) => print(name, origin));

  const idOf = ({ from, name }: Origin): string => `${name}\n${from}`;
  const seen = new Set([...origins.values()].map(idOf));
  const mentioned = new Map<string, string[]>();
  const visit = ({ from, name }: Origin): void => {
    for (const mention of modules
      .get(from)
      ?.declared.get(name)
      ?.flatMap((it) => [...it.mentions]) ?? []) {
      const origin = resolve({ from, name: mention });
      const found = modules.get(origin.from)?.declared.get(origin.name);
      if (!found || seen.has(idOf(origin))) continue;
      seen.add(idOf(origin));
      mentioned.set(
        idOf(origin),
        found.map(({ text }) => text),
      );
      visit(origin);
    }
  };
  for (const origin of origins.values()) visit(origin);
  const sorted = [...mentioned].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, texts]) => texts);
  return { exported, mentioned: sorted, unresolved };
}

function readModule(root: string, file: string): Module {
  const path = join(root, file);
  const text = readFileSync(path, 'utf8');
  const { program, module, comments } = parseSync(path, text);
  const fileOf = (specifier: string): string =>
    specifier.startsWith('.') ? join(file, '..', specifier.replace(/\.[jt]s$/, '')).concat('.d.ts') : specifier;

  const declared = new Map<string, Declared[]>();
  for (const statement of program.body) {
    const node = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    for (const name of node ? namesDeclaredBy(node) : [])
      declared.set(name, [...(declared.get(name) ?? []), { text: printed(text, statement, comments), mentions: mentionsIn(statement) }]);
  }
  const imported = new Map<string, Origin>();
  for (const { moduleRequest, entries } of module.staticImports)
    for (const { importName, localName } of entries)
      imported.set(localName.value, { from: fileOf(moduleRequest.value), name: importName.name ?? '*' });
  const exported = new Map<string, Origin>();
  const stars: string[] = [];
  for (const { moduleRequest, importName, exportName, localName } of module.staticExports.flatMap((it) => it.entries)) {
    const from = moduleRequest ? fileOf(moduleRequest.value) : file;
    if (importName.kind === 'AllButDefault') stars.push(from);
    else exported.set(exportName.name ?? 'default', { from, name: (moduleRequest ? importName.name : localName.name) ?? '*' });
  }
  return { declared, imported, exported, stars };
}

function namesDeclaredBy(node: ESTree.Node): string[] {
  if (node.type === 'VariableDeclaration') return node.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []));
  return 'id' in node && node.id?.type === 'Identifier' ? [node.id.name] : [];
}

/** One declaration without its comments, so that a reworded sentence is no change of the API. */
function printed(text: string, { start, end }: ESTree.Node, comments: Comments): string {
  let out = '';
  let at = start;
  for (const comment of comments.filter((it) => it.start >= start && it.end <= end)) {
    out += text.slice(at, comment.start);
    at = comment.end;
  }
  return (out + text.slice(at, end))
    .replace(/^export /, '')
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{2,}/g, '\n');
}

function mentionsIn(node: ESTree.Node): Set<string> {
  const found = new Set<string>();
  const add = (name: ESTree.Node): void => {
    if (name.type === 'Identifier') found.add(name.name);
    else if (name.type === 'TSQualifiedName') add(name.left);
  };
  new Visitor({
    TSTypeReference: ({ typeName }) => add(typeName),
    TSTypeQuery: ({ exprName }) => add(exprName),
    TSInterfaceHeritage: ({ expression }) => add(expression),
    TSClassImplements: ({ expression }) => add(expression),
    ClassDeclaration: ({ superClass }) => superClass && add(superClass),
  }).visit({ type: 'Program', body: [node], sourceType: 'module', hashbang: null, start: 0, end: 0 } as ESTree.Program);
  return found;
}
