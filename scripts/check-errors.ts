// docs/errors.md has one heading, with text under it, for each code of StoreErrorCode, and no other.
import { parseSync } from 'vite';
import { lineAt, openGate } from './gate.ts';

const SOURCE = 'packages/core/src/errors.ts';
const PAGE = 'docs/errors.md';

const gate = openGate('errors');
const codes = readCodes(gate.read(SOURCE));
const sections = gate
  .read(PAGE)
  .split(/^(?=## )/m)
  .slice(1);
const headings = new Set<string>();
let line = lineAt(gate.read(PAGE), gate.read(PAGE).search(/^## /m));
for (const section of sections) {
  const [, heading = '', body = ''] = /^## `?([^`\n]*)`?\n([\s\S]*)$/.exec(section) ?? [];
  if (!codes.has(heading)) gate.fault(PAGE, line, `"${heading}" is no code of StoreErrorCode: remove the section or correct its heading`);
  if (headings.has(heading)) gate.fault(PAGE, line, `"${heading}" is there twice: remove one`);
  if (body.trim() === '') gate.fault(PAGE, line, `"${heading}" says nothing: write what happened, what became of the data, what to do`);
  headings.add(heading);
  line += section.split('\n').length - 1;
}
for (const [code, at] of codes) if (!headings.has(code)) gate.fault(SOURCE, at, `${code} has no heading in ${PAGE}: write "## ${code}"`);
gate.close(`${codes.size} codes, each with its heading in ${PAGE}`);

/** The members of the union, each with its line. */
function readCodes(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const statement of parseSync(SOURCE, text).program.body) {
    const node = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (node?.type !== 'TSTypeAliasDeclaration' || node.id.name !== 'StoreErrorCode') continue;
    const members = node.typeAnnotation.type === 'TSUnionType' ? node.typeAnnotation.types : [node.typeAnnotation];
    for (const member of members)
      if (member.type === 'TSLiteralType' && member.literal.type === 'Literal')
        found.set(String(member.literal.value), lineAt(text, member.start));
  }
  if (found.size === 0) gate.fault(SOURCE, 1, 'no union `StoreErrorCode`: the codes are declared there');
  return found;
}
