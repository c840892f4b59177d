// The public API as it is written in git, docs/public-api/*.md: per entry every exported name with its declaration, and below it the
// declarations that those mention. An accidental export, or a changed signature, shows in the diff.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { declarationsOf } from './declarations.ts';
import { openGate } from './gate.ts';
import { buildIfStale, readPackages } from './packages.ts';

const FOLDER = 'docs/public-api';

const gate = openGate('api');
buildIfStale(gate.root);
const entries = readPackages(gate.root).flatMap((p) => p.entries);
const pages = new Map<string, string>();
for (const { specifier, label, types } of entries) {
  const { exported, mentioned, unresolved } = declarationsOf(gate.root, types);
  for (const { name, file } of unresolved) gate.fault(types, 1, `exports "${name}", which ${file} does not declare: run \`pnpm build\``);
  pages.set(`${FOLDER}/${label.replaceAll('/', '-')}.md`, pageOf(specifier, exported, mentioned));
}

if (gate.write) mkdirSync(gate.path(FOLDER), { recursive: true });
for (const [file, page] of pages) {
  const before = gate.read(file);
  if (before === page) continue;
  if (gate.write) writeFileSync(gate.path(file), page);
  else gate.fault(file, ...firstDifference(before.split('\n'), page.split('\n')));
}
for (const file of gate.files(`${FOLDER}/*.md`).filter((it) => !pages.has(it))) {
  if (gate.write) rmSync(gate.path(file));
  else gate.fault(file, 1, 'is the snapshot of no entry: run `pnpm check:api --write`');
}
gate.close(`${pages.size} entries as in ${FOLDER}`);

function pageOf(specifier: string, exported: readonly string[], mentioned: readonly string[]): string {
  const block = (declarations: readonly string[]): string => `\`\`\`ts no-check\n${declarations.join('\n')}\n\`\`\`\n`;
  const head = `# ${specifier}\n\nWritten by \`pnpm check:api --write\` from the declarations that ship.\n\n## Exports\n\n${block(exported)}`;
  return mentioned.length === 0 ? head : `${head}\n## Mentioned by them\n\n${block(mentioned)}`;
}

function firstDifference(before: readonly string[], after: readonly string[]): [line: number, text: string] {
  const index = after.findIndex((line, i) => line !== before[i]);
  const at = index < 0 ? after.length : index;
  const was = before[at] === undefined ? 'nothing' : `\`${before[at]}\``;
  return [
    at + 1,
    `the public API is now \`${after[at] ?? ''}\`, was ${was}: if this is wanted, run \`pnpm check:api --write\` and add a changeset`,
  ];
}
