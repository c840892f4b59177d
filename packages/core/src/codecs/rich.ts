import { SuperJSON } from 'superjson';
import type { Codec, Encoded } from '../codec.ts';
import { StoreError } from '../errors.ts';
import { inspect } from '../inspect.ts';
import { checkAnnotations, LIST } from './annotations.ts';
import { isCarried, lower } from './lower.ts';
import { raise } from './raise.ts';

/**
 * JSON where that is enough, else superjson's JSON with annotations. Brings back Date, Map, Set, bigint, `undefined`, NaN,
 * ±Infinity, -0, URL, ArrayBuffer, typed arrays, DataView, Blob, File, sparse arrays, any key, cycles and shared references.
 * Views of one buffer come back with a buffer each.
 */
export const rich: Codec = {
  name: 'rich',
  encode(value) {
    if (inspect(value, isCarried)) return { json: value };
    const { graph, lists, reads } = lower(value);
    const write = (): Encoded => {
      // What is written can be read again: the lists have more parts than the value.
      inspect(graph, isCarried);
      const { json, meta } = superjson(lists).serialize(graph);
      return { json, meta };
    };
    return reads.length > 0 ? Promise.all(reads).then(write) : write();
  },
  decode({ json, meta }) {
    try {
      inspect(json, 'json');
      if (meta === undefined) return json;
      checkAnnotations(json, meta);
      const lists = new Set<unknown>();
      // superjson's own copy would drop a key `__proto__` in silence.
      const graph = superjson(lists).deserialize({ json: structuredClone(json), meta } as never, { inPlace: true });
      return raise(graph, lists);
    } catch {
      // Without the cause: messages of the engine quote the stored value.
      throw new StoreError('CORRUPT', 'Cannot decode the value');
    }
  },
};

// An instance each time: it knows the lists of one call, and superjson's default one belongs to the application.
function superjson(lists: Set<unknown>): SuperJSON {
  const instance = new SuperJSON({ dedupe: true });
  instance.registerCustom<unknown[], never[]>(
    {
      isApplicable: (item): item is unknown[] => lists.has(item),
      serialize: (item) => item as never[],
      deserialize(item) {
        lists.add(item);
        return item;
      },
    },
    LIST,
  );
  return instance;
}
