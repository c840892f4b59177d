// What each driver can do, as its own code says it: the table of docs/kv.md, and a page in docs/drivers for each.
// A driver is made with a client that is never called; what it has, and what it says of its limits, is what it can.
import { writeFileSync } from 'node:fs';
import type { Driver, StorageDriver } from '../packages/core/src/driver.ts';
import { createWorld } from '../packages/core/src/testing/world.ts';
import { lineAt, openGate } from './gate.ts';
import { readPackages } from './packages.ts';

const PAGE = 'docs/kv.md';
const TABLE = /(<!-- drivers -->\n)([\s\S]*?)(<!-- \/drivers -->)/;
const HEAD = `
| driver | keeps | frees what has expired | atomic batch, compare and set | order of all commits | tells of others' changes | reads at once | binary and Blobs | limits |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
`;

const gate = openGate('drivers');
const text = gate.read(PAGE);
const rows: string[] = [];
// The one thing a driver looks for when it is made.
Object.assign(globalThis, { cookieStore: anything() });
for (const { specifier, source } of readPackages(gate.root).flatMap(({ entries }) => entries)) {
  const [, name] = /^@holdfast\/core\/drivers\/(.+)$/.exec(specifier) ?? [];
  if (!name) continue;
  const exported = Object.values((await import(gate.path(source))) as Record<string, unknown>);
  const make = exported.find((each): each is (client?: unknown) => StorageDriver => typeof each === 'function');
  // Whose first argument may be left out takes options, and has defaults for them.
  const driver = make?.length === 0 ? make() : make?.(anything());
  // Not a driver but what one is given: the client for an API.
  if (!driver || !('holds' in driver)) continue;
  if (!gate.read(`docs/drivers/${name}.md`)) gate.fault(source, 1, `it has no page: write docs/drivers/${name}.md`);
  rows.push(rowOf(name, driver.named?.('table', createWorld().openTab().ports) ?? driver));
}

const found = TABLE.exec(text);
const table = `${HEAD}${rows.join('\n')}\n\n`;
if (!found) gate.fault(PAGE, 1, 'no table between `<!-- drivers -->` and `<!-- /drivers -->`: write the two lines');
else if (found[2] !== table && gate.write)
  writeFileSync(
    gate.path(PAGE),
    text.replace(TABLE, (_, open, __, close) => open + table + close),
  );
else if (found[2] !== table)
  gate.fault(PAGE, lineAt(text, found.index), 'the table of drivers is not what their code says: run `pnpm check:drivers --write`');
gate.close(`${rows.length} drivers, each with its page and its row`);

function rowOf(name: string, driver: Driver<unknown>): string {
  const { keeps = 'durable', evicts, maxKeyBytes, maxValueBytes } = driver.limits ?? {};
  const isExact = driver.changes || !driver.getSync;
  const limits = [maxKeyBytes && `keys of ${bytes(maxKeyBytes)}`, maxValueBytes && `values of ${bytes(maxValueBytes)}`].filter(Boolean);
  const cells = [
    `[\`${name}\`](drivers/${name}.md)`,
    keeps === 'durable' ? 'for good' : keeps === 'session' ? 'for the session' : 'while the process runs',
    evicts ? 'yes' : '',
    driver.commit ? (isExact ? 'yes' : 'in one process') : '',
    driver.changes ? 'yes' : '',
    driver.watch ? 'yes' : '',
    driver.getSync ? 'yes' : '',
    driver.holds === 'clone' ? 'yes' : 'with `rich`',
    limits.join(', '),
  ];
  return `| ${cells.join(' | ')} |`;
}

function bytes(count: number): string {
  return count >= 2 ** 20 ? `${count / 2 ** 20} MiB` : `${count} B`;
}

/** A client of any kind: whatever is asked of it is there, and is another one. As a text it is a name. */
function anything(): unknown {
  return new Proxy(() => {}, {
    get: (_, name) => (name === Symbol.toPrimitive ? () => 'stub' : name === 'then' ? undefined : anything()),
    apply: anything,
    construct: () => anything() as object,
  });
}
