import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';

const script = new URL('./runtime-check.ts', import.meta.url).pathname;

/** Found on the path, or where a variable says: `DENO=/path/to/deno`. */
function find(name: string): string | undefined {
  const places = [process.env[name.toUpperCase()] ?? '', ...(process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name))];
  return places.find((place) => {
    try {
      accessSync(place, constants.X_OK);
      return place !== '';
    } catch {
      return false;
    }
  });
}

const runtimes = {
  Node: [process.execPath, '--no-warnings', script],
  Deno: [find('deno'), 'run', '--allow-all', '--node-modules-dir=manual', script],
  Bun: [find('bun'), script],
};

for (const [name, [program, ...args]] of Object.entries(runtimes))
  test.skipIf(!program)(
    `a Storage on SQLite, kv, and a server with its clients work in ${name}`,
    async () => {
      const child = spawn(program as string, args as string[], { stdio: ['ignore', 'pipe', 'pipe'] });
      let [said, wrong] = ['', ''];
      child.stdout.on('data', (text) => (said += text));
      child.stderr.on('data', (text) => (wrong += text));
      const late = setTimeout(() => child.kill('SIGKILL'), 50_000);
      await new Promise((resolve) => child.once('close', resolve));
      clearTimeout(late);
      expect(said, wrong).toBe('works\n');
    },
    60_000,
  );
