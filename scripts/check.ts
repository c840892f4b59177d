// `pnpm check`: every script of package.json that is called `check:*`, in that order, the cheap ones first; `pnpm check api errors` runs some.
// Each runs even after a fault, so that one run names all faults.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
const names = Object.keys(scripts).flatMap((script) => (script.startsWith('check:') ? [script.slice('check:'.length)] : []));
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`No gate is called ${unknown.join(', ')}. There are: ${names.join(', ')}`);
  process.exit(1);
}
const failed: string[] = [];
for (const name of names.filter((it) => asked.length === 0 || asked.includes(it))) {
  const start = performance.now();
  console.log(`\n== check:${name}`);
  const { status } = spawnSync('pnpm', ['run', '--silent', `check:${name}`], { cwd: root, stdio: 'inherit' });
  console.log(`== check:${name} ${status === 0 ? 'ok' : 'FAILED'} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  if (status !== 0) failed.push(name);
}
console.log(failed.length === 0 ? '\nAll gates passed.' : `\nFailed: ${failed.map((name) => `pnpm check:${name}`).join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);
