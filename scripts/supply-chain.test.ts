import { existsSync, globSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { isTest, readPackages } from './packages.ts';

const root = join(import.meta.dirname, '..');
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Record<string, Record<string, string> | undefined>;
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'];

/** The `package.json` of a production dependency, and those of what it depends on. */
function dependenciesOf(path: string, found = new Map<string, string>()): Map<string, string> {
  for (const name of Object.keys(json(path).dependencies ?? {})) {
    if (name.startsWith('@holdfast/') || found.has(name)) continue;
    // Not every package exports its package.json.
    const paths = createRequire(path).resolve.paths(name) ?? [];
    const own = paths.map((folder) => join(folder, name, 'package.json')).find(existsSync);
    if (!own) throw new Error(`${name} is not installed`);
    // Where a package really lies, lie its own dependencies.
    found.set(name, realpathSync(own));
    dependenciesOf(realpathSync(own), found);
  }
  return found;
}

test('every production dependency has its reason in SECURITY.md, and there is no other', () => {
  const text = readFileSync(join(root, 'SECURITY.md'), 'utf8');
  const listed = [...text.matchAll(/^\| ([a-z@][a-z0-9@/-]+) \| /gm)]
    .map(([, name]) => name as string)
    .filter((name) => !/^(package|threat)$/.test(name));
  const direct = Object.keys(json(join(root, 'packages/core/package.json')).dependencies ?? {});
  expect(listed.sort()).toEqual(direct.sort());
});

test('no package of ours, and none that it brings along, runs anything when it is installed', () => {
  for (const { dir } of readPackages(root)) {
    const own = join(root, dir, 'package.json');
    for (const path of [own, ...dependenciesOf(own).values()])
      expect(
        Object.keys(json(path).scripts ?? {}).filter((name) => INSTALL_SCRIPTS.includes(name)),
        dirname(path),
      ).toEqual([]);
  }
});

test('law 15: no source makes code or HTML out of text', () => {
  for (const file of globSync('packages/*/src/**/*.{ts,tsx,svelte}', { cwd: root }).filter((each) => !isTest(each)))
    expect(readFileSync(join(root, file), 'utf8'), file).not.toMatch(
      /\beval\(|new Function\(|\.innerHTML\b|document\.write\(|set(?:Timeout|Interval)\(['"`]/,
    );
});
