import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, describe, expect, test } from 'vitest';
import { type Mutant, mutants } from './mutants.ts';

// Who guards the guards: each of these bugs, put into the production code, must make the simulation fail.

const SOURCES = join(import.meta.dirname, '../../src');
const folder = mkdtempSync(join(tmpdir(), 'mutants-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The simulation as one module, with the bug in it. */
async function plant({ name, file, from, to }: Mutant): Promise<typeof import('./first-failure.ts')> {
  const text = readFileSync(join(SOURCES, file), 'utf8');
  const places = text.split(from).length - 1;
  if (places !== 1) throw new Error(`${file} has ${places} places for the mutant "${name}": say anew where it goes`);
  const outfile = join(folder, `${name.replaceAll(/\W+/g, '-')}.mjs`);
  await build({
    entryPoints: [join(import.meta.dirname, 'first-failure.ts')],
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile,
    logLevel: 'error',
    plugins: [
      {
        name: 'mutant',
        setup({ onLoad }) {
          onLoad({ filter: /\.ts$/ }, ({ path }) =>
            path === join(SOURCES, file) ? { contents: text.replace(from, () => to), loader: 'ts' } : undefined,
          );
        },
      },
    ],
  });
  return import(outfile);
}

// Minutes, because some show in one of a thousand seeds only: `pnpm test:mutants`.
describe.runIf(process.env.MUTANTS)('the simulation finds', () => {
  test.each(mutants)('$name', { timeout: 600_000 }, async (mutant) => {
    const { firstFailure } = await plant(mutant);
    const found = await firstFailure(SEEDS, mutant.seed);
    expect(found).toMatch(/^law \d+:/);
  });
});

const SEEDS = 6_000;
