import { describe, expect, test } from 'vitest';
import { browserPorts } from '../src/browser.ts';
import type { Driver, StorageDriver } from '../src/driver.ts';
import { namespaced } from '../src/namespaced.ts';
import { driverLaws, kvLaws } from '../src/testing/index.ts';

/** A driver on an empty place of its own, and perhaps another one on the same place, as another process would have it. */
export interface Place {
  readonly driver: StorageDriver;
  readonly other?: StorageDriver;
  end?(): unknown;
}

/** Every character that means something in a pattern of some backend. */
const HOSTILE_PREFIX = 'p_%*?[1]\\:';
/** What those characters would match as patterns, and the same in capitals. */
const NEIGHBOURS = ['pX%*?[1]\\:', 'p_zz*?[1]\\:', 'p_%zz?[1]\\:', 'p_%*z[1]\\:', 'p_%*?1\\:', 'p_%*?[1]:', 'P_%*?[1]\\:'].map(
  (prefix) => `${prefix}!key`,
);

/**
 * All laws of a driver: bare, behind a prefix next to entries of others, and of a `kv` on it. A gap is the name of a law and the
 * reason why the backend cannot keep it; it is run as an expected failure, so that a gap that closes is seen.
 */
export async function testDriver(
  name: string,
  open: () => Place | Promise<Place>,
  { gaps = {}, timeout = 20_000 }: { gaps?: Readonly<Record<string, string>>; timeout?: number } = {},
): Promise<void> {
  const sample = await open();
  const sampleDriver = asStoreHasIt(sample.driver);
  await sample.end?.();
  const laws = [
    ...driverLaws.map((law) => ({ ...law, wrap: (driver: Driver<unknown>) => driver })),
    ...driverLaws.map((law) => ({ ...law, name: `behind a prefix: ${law.name}`, wrap: behindPrefix })),
    ...kvLaws.map((law) => ({ ...law, wrap: (driver: Driver<unknown>) => driver })),
  ].filter((law) => law.appliesTo(sampleDriver));

  describe(name, () => {
    for (const law of laws) {
      const reason = gaps[law.name.replace('behind a prefix: ', '')];
      const title = reason === undefined ? law.name : `${law.name} (gap: ${reason})`;
      (reason === undefined ? test : test.fails)(title, { timeout }, async () => {
        const { driver, other, end } = await open();
        try {
          if (law.wrap === behindPrefix) for (const key of NEIGHBOURS) await driver.set(key, 'theirs');
          await law.run({ driver: law.wrap(asStoreHasIt(driver)), other: other && law.wrap(asStoreHasIt(other)) });
          const left = await Promise.all(NEIGHBOURS.map((key) => driver.get(key))).catch(() => undefined); // closed by its law
          if (law.wrap === behindPrefix && left) for (const entry of left) expect(entry?.value).toBe('theirs');
        } finally {
          await end?.();
        }
      });
    }
  });
}

function asStoreHasIt(driver: StorageDriver): Driver<unknown> {
  return driver.named?.('laws', browserPorts()) ?? driver;
}

/** The same driver, as somebody has it who shares the place with others. */
function behindPrefix(driver: Driver<unknown>): Driver<unknown> {
  return namespaced(driver, HOSTILE_PREFIX);
}
