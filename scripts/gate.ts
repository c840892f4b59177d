import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** What every gate shares: the tree it looks at, the faults it finds and how it ends. */
export interface Gate {
  readonly root: string;
  /** Write what would be compared. */
  readonly write: boolean;
  /** Whether a flag of its own is given. */
  has(flag: string): boolean;
  path(...parts: string[]): string;
  /** The text of a file under the root; '' when there is none. */
  read(file: string): string;
  /** Source files under the root, sorted. */
  files(pattern: string | string[]): string[];
  /** One fault on one line: where it is, what it is, what to do. */
  fault(file: string, line: number, text: string): void;
  /** Ends the process: 1 after a fault, else 0 and one line of what was seen. */
  close(seen: string): never;
}

/** Opens the gate that runs as `pnpm check:NAME`. `--root DIR` points it at another tree: its test plants faults there. */
export function openGate(name: string, flags: readonly string[] = []): Gate {
  const own = Object.fromEntries(flags.map((flag) => [flag, { type: 'boolean' as const }]));
  const { values } = parseArgs({ options: { root: { type: 'string' }, write: { type: 'boolean' }, ...own } });
  const root = resolve(values.root ?? join(import.meta.dirname, '..'));
  let faults = 0;
  return {
    root,
    write: values.write ?? false,
    has: (flag) => (values as Record<string, unknown>)[flag] === true,
    path: (...parts) => join(root, ...parts),
    read(file) {
      const path = join(root, file);
      return existsSync(path) ? readFileSync(path, 'utf8') : '';
    },
    files: (pattern) => globSync(pattern, { cwd: root, exclude: ['**/node_modules/**', '**/dist/**'] }).sort(),
    fault(file, line, text) {
      faults++;
      console.error(`${file}:${line}: ${text}`);
    },
    close(seen) {
      if (faults === 0) console.log(`ok   ${name}: ${seen}`);
      else console.error(`FAIL ${name}: ${faults} ${faults === 1 ? 'fault' : 'faults'}`);
      process.exit(faults === 0 ? 0 : 1);
    },
  };
}

/** The line of an offset, from 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
