import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const root = join(import.meta.dirname, '..');

interface Ended {
  readonly code?: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The parts of this repository that a driver touches, somewhere else. */
function copy(): { folder: string; run(...args: string[]): Promise<Ended> } {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-new-driver-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const isOurs = (path: string): boolean => !/\/(node_modules|dist)$/.test(path);
  for (const part of ['packages', 'docs', 'scripts', 'ARCHITECTURE.md', 'size-budgets.json', 'package.json', 'tsconfig.base.json'])
    cpSync(join(root, part), join(folder, part), { recursive: true, filter: isOurs });
  for (const modules of ['node_modules', 'packages/core/node_modules']) symlinkSync(join(root, modules), join(folder, modules));
  return {
    folder,
    run: (...args) =>
      promisify(execFile)(process.execPath, args, { cwd: folder }).catch((error: Ended) => ({
        code: error.code ?? 1,
        stdout: error.stdout,
        stderr: error.stderr,
      })),
  };
}

test('a new driver type-checks, keeps all laws, and has its layer, page and row', { timeout: 180_000 }, async () => {
  const { folder, run } = copy();
  expect(await run('scripts/new-driver.ts', 'azure-tables')).toMatchObject({ stderr: '' });
  expect(await run('node_modules/typescript/bin/tsc', '-p', 'packages/core', '--noEmit')).toMatchObject({ stdout: '' });
  const laws = await run('node_modules/vitest/vitest.mjs', '--run', '--root', '.', 'packages/core/src/drivers/azure-tables.test.ts');
  expect(laws.stdout).toMatch(/Tests.*passed/);
  expect(laws).not.toHaveProperty('code');
  expect(await run('scripts/check-architecture.ts')).toMatchObject({ stderr: '' });
  expect(await run('scripts/check-drivers.ts')).toMatchObject({ code: 1 }); // its row is missing
  expect(await run('scripts/check-drivers.ts', '--write')).toMatchObject({ stderr: '' });
  expect(readFileSync(join(folder, 'docs/kv.md'), 'utf8')).toContain('[`azure-tables`](drivers/azure-tables.md)');
  rmSync(join(folder, 'docs/drivers/azure-tables.md'));
  expect((await run('scripts/check-drivers.ts')).stderr).toContain('it has no page');
  for (const file of ['packages/core/package.json', 'size-budgets.json'])
    expect(() => JSON.parse(readFileSync(join(folder, file), 'utf8'))).not.toThrow();
});

test('a name that is taken or is no name is refused', { timeout: 60_000 }, async () => {
  const { run } = copy();
  for (const name of ['memory', 'Azure', '', '../x']) expect(await run('scripts/new-driver.ts', name)).toMatchObject({ code: 1 });
});
