import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const files = globSync('{*,{packages,e2e,scripts,docs,bench,examples}/**/*}', {
  cwd: root,
  exclude: (name) => /(^|\/)(node_modules|dist)$/.test(name),
});

/** The files that a name means: a path, or its end, in which `*` stands for anything and `{a,b}` for several. */
function meantBy(name: string): string[][] {
  const [, before = '', parts, after = ''] = /^(.*)\{(.*)\}(.*)$/.exec(name) ?? [];
  const names = parts === undefined ? [name] : parts.split(',').map((part) => before + part + after);
  return names.map((each) => {
    const text = each.replace(/\/$/, '').replaceAll('.', '\\.').replaceAll(/\*+/g, '.*');
    return files.filter((file) => new RegExp(`(^|/)${text}$`).test(file));
  });
}

const laws = [...read('ARCHITECTURE.md').matchAll(/^\| (\d+) .*\| ([^|]*) \|$/gm)];

test.each(['ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md'])('every file that %s names is there', (page) => {
  const named = [...read(page).matchAll(/`([\w*{},@./-]+(?:\.(?:tsx?|mjs|md|json|svelte)|\/))`/g)].map(([, name]) => name as string);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => meantBy(name).some((found) => found.length === 0))).toEqual([]);
});

test('every law has its row, and a test whose name says it', () => {
  expect(laws.map(([, law]) => law)).toEqual(Array.from({ length: 15 }, (_, index) => String(index + 1)));
  for (const [, law, proofs = ''] of laws) {
    const [first = ''] = [...proofs.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string);
    const text = meantBy(first).flat().map(read).join();
    expect(text, `a test of ${first}`).toMatch(new RegExp(`(test|describe)\\([^\\n]*laws? (\\d+, )*(law )?${law}\\b`));
  }
});
