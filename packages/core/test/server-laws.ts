import { describe, test } from 'vitest';
import type { StorageDriver } from '../src/driver.ts';
import { namespaced } from '../src/namespaced.ts';
import { driverLaws, kvLaws } from '../src/testing/index.ts';

let spaces = 0;

/** A namespace that no test has used. */
export const newSpace = (): string => `test_${process.pid}_${Date.now().toString(36)}_${++spaces}`;

/**
 * The laws of drivers and of kv, bare and behind a prefix, on an empty place each. `gaps`: laws that the backend cannot keep, with
 * the reason; each must fail.
 */
export function serverLaws(open: (namespace: string) => StorageDriver<string>, gaps: Readonly<Record<string, string>> = {}): void {
  const views = { bare: open, 'behind a prefix': (namespace: string) => namespaced(open(namespace), 'tenant') };
  describe.each(Object.entries(views))('%s', (_, view) => {
    for (const law of [...driverLaws, ...kvLaws]) {
      if (!law.appliesTo(view('none') as StorageDriver)) continue;
      const reason = gaps[law.name];
      (reason ? test.fails : test)(reason ? `${law.name} (it does not: ${reason})` : law.name, () => {
        const space = newSpace();
        return law.run({ driver: view(space) as StorageDriver, other: view(space) as StorageDriver });
      });
    }
  });
}
