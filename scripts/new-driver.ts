// `pnpm new:driver <name>`: a driver that works, with its test, page, entry, budget and layer. What is left is to put the backend in.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [name = ''] = process.argv.slice(2);
const root = process.cwd();
const at = (file: string): string => join(root, file);
if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) fail('Give it a name in kebab-case: `pnpm new:driver azure-tables`');
const source = `packages/core/src/drivers/${name}.ts`;
if (existsSync(at(source))) fail(`There is ${source} already`);

const camel = name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
const pascal = camel[0]?.toUpperCase() + camel.slice(1);

writeFileSync(
  at(source),
  `import type { Driver, Entry } from '../driver.ts';
import { storageError } from '../errors.ts';

/** What is asked of a client: the few methods that are called here, so that no client library is a dependency. */
export interface ${pascal}Client {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
  keys(): Promise<string[]>;
}

const BATCH = 100;

/** Entries in ${pascal}. The caller opens and closes the client. */
export function ${camel}(client: ${pascal}Client): Driver {
  /** Whatever \`work\` ends with is an error of ours. */
  async function using<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storageError(error, 'use ${pascal}');
    }
  }

  async function read(key: string): Promise<Entry | undefined> {
    const value = await client.get(key);
    return value === undefined ? undefined : { key, value };
  }

  return {
    name: '${name}',
    holds: 'text',
    get: (key) => using(() => read(key)),
    async *list({ prefix, after, limit = Number.POSITIVE_INFINITY }) {
      const keys = (await using(() => client.keys())).filter((key) => key.startsWith(prefix) && (after === undefined || key > after)).sort();
      let left = limit;
      for (let start = 0; start < keys.length && left > 0; start += BATCH) {
        const entries = await using(() => Promise.all(keys.slice(start, start + BATCH).map(read)));
        // What was removed meanwhile is not there any more.
        const batch = entries.filter((entry) => entry !== undefined).slice(0, left);
        left -= batch.length;
        if (batch.length > 0) yield batch;
      }
    },
    set: (key, value) => using(() => client.set(key, value)),
    delete: (key) => using(() => client.delete(key)),
  };
}
`,
);

writeFileSync(
  at(source.replace(/ts$/, 'test.ts')),
  `import { expect, test } from 'vitest';
import { testDriver } from '../../test/driver-suite.ts';
import { type ${pascal}Client, ${camel} } from './${name}.ts';

/** Put the real backend in its place: laws that hold on a Map only prove nothing. */
function client(): ${pascal}Client {
  const texts = new Map<string, string>();
  return {
    get: async (key) => texts.get(key),
    set: async (key, value) => void texts.set(key, value),
    delete: async (key) => void texts.delete(key),
    keys: async () => [...texts.keys()],
  };
}

await testDriver('${name}', () => {
  const place = client();
  return { driver: ${camel}(place), other: ${camel}(place) };
});

test('a client that fails rejects: that is never taken for absent', async () => {
  const driver = ${camel}({ ...client(), get: () => Promise.reject(new Error('down')) });
  await expect(driver.get('key')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
`,
);

writeFileSync(
  at(`docs/drivers/${name}.md`),
  `# ${pascal}

\`\`\`ts no-check
import { kv } from '@holdfast/core';
import { ${camel} } from '@holdfast/core/drivers/${name}';

const store = kv(${camel}(client));
\`\`\`

| | |
| --- | --- |
| client | connected by you, closed by you |
| not there | batches that are all or nothing, comparing, a feed: \`update\` is exact within one \`kv()\` |
| limits | |
`,
);

change('packages/core/package.json', (text) => {
  const last = (folder: string, ending: string): RegExp => new RegExp(`(\\n *"\\./codecs/json": "\\./${folder}/[^"]*\\.${ending}",)`);
  const line = (folder: string, ending: string): string => `"./drivers/${name}": "./${folder}/drivers/${name}.${ending}",`;
  return text
    .replace(last('src', 'ts'), (found) => `\n    ${line('src', 'ts')}${found}`)
    .replace(last('dist', 'js'), (found) => `\n      ${line('dist', 'js')}${found}`);
});
change('size-budgets.json', (text) =>
  text.replace(
    /\n\]\s*$/,
    `,\n  {\n    "name": "the ${pascal} driver alone",\n    "code": "export * from '@holdfast/core/drivers/${name}'",\n    "limit": 1000\n  }\n]\n`,
  ),
);
change('ARCHITECTURE.md', (text) => text.replace(/(\| client-drivers \| `core\/src\/drivers\/\{[^}]*)/, `$1,${name}`));

console.log(`Written: ${source}, its test, docs/drivers/${name}.md, its entry, budget and layer.
Next:
  1. put the backend into the driver, and the real one into its test
  2. pnpm exec vitest --config vitest.workspace.ts --project node ${source.replace(/ts$/, 'test.ts')}
  3. pnpm build && pnpm check:drivers --write && pnpm check:sizes --write && pnpm check:api --write
  4. pnpm changeset`);

function change(file: string, edit: (text: string) => string): void {
  const before = readFileSync(at(file), 'utf8');
  const after = edit(before);
  if (after === before) fail(`Cannot find the place for it in ${file}`);
  writeFileSync(at(file), after);
}

function fail(text: string): never {
  console.error(text);
  process.exit(1);
}
