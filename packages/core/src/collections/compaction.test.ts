import { expect, test } from 'vitest';
import { memory } from '../drivers/memory.ts';
import { createTestStore } from '../testing/index.ts';
import { readCheckpoint } from './checkpoint.ts';
import { type CompactionContext, compaction } from './compaction.ts';

const path = 'store!notes!';
const format = { pack: (value: unknown) => value, unpack: (raw: unknown) => raw, mayName: () => false };

for (const where of ['is about to begin', 'looks for Blobs', 'packs segments'])
  test(`a newer checkpoint that another tab tells of while this one ${where} is not written over`, async () => {
    const { world } = createTestStore({});
    const { ports } = world.openTab();
    const driver = memory();
    const home = { ports, driver, commit: driver.commit } as never;
    const documents = ['a', 'b'].map((_id) => ({ document: { _id }, version: 1 }));
    for (const { document } of documents) await driver.commit?.([{ type: 'append', key: path, value: document }]);

    function tab(at: number, meanwhile: () => Promise<void>) {
      const context: CompactionContext = {
        path,
        home,
        format,
        blobs: {
          async keys() {
            if (where === 'looks for Blobs') await meanwhile();
            return [];
          },
        } as never,
        snapshot: () => ({ at, documents: () => documents.slice(0, at) }),
        async pause() {
          if (where === 'packs segments') await meanwhile();
        },
      };
      const made = compaction(context);
      for (let sequence = 1; sequence <= at; sequence++)
        made.add({ sequence, size: 1, name: `${sequence}`, ids: [documents[sequence - 1]?.document._id as string], segments: [] });
      return made;
    }

    const faster = tab(2, async () => {});
    const meanwhile = async (): Promise<void> => {
      await faster.run();
      const { contents, ...found } = await readCheckpoint(
        driver,
        path,
        format,
        () => {},
        () => [],
      );
      slower.found(found);
    };
    const slower = tab(1, meanwhile);
    if (where === 'is about to begin') await meanwhile();
    expect(await slower.run()).toBe(false);
    const { at, contents } = await readCheckpoint(
      driver,
      path,
      format,
      () => {},
      () => [],
    );
    expect({ at, contents: [...contents.values()] }).toEqual({ at: 2, contents: [[[1, [{ _id: 'a' }, { _id: 'b' }]]]] });
  });
