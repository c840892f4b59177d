import { readFileSync } from 'node:fs';
import { cpus, loadavg, platform, release, totalmem } from 'node:os';

/** What the numbers depend on besides the code. */
export function machine(): string {
  const [first, ...others] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${others.length + 1} × ${first?.model.trim() ?? 'CPU'}, ${memory} GB, ${platform()} ${release().split('-')[0]}, load ${loadavg()[0]?.toFixed(1)}`;
}

/** The installed versions of the packages that these imports name. */
export function versionsOf(imports: readonly string[]): Record<string, string> {
  const names = imports.flatMap((code) => [...code.matchAll(/from '((?:@[^/']+\/)?[^/']+)/g)].map(([, name]) => name as string));
  return Object.fromEntries([...new Set([...names, 'react', 'svelte'])].map((name) => [name, versionOf(name)]));
}

function versionOf(name: string): string {
  return JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;
}
