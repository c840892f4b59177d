import { failureOf, type MessageObjectOptions, messageObject, type PatchObject } from './message-object.ts';
import type { FindOptions } from './patch-db.ts';
import { DB, type DbAnswer, KV, type KvAnswer } from './patch-messages.ts';

/** The `kv` object: values under keys. */
export function kvObject(options: MessageObjectOptions<KvAnswer>): PatchObject<KvAnswer> {
  return messageObject(KV, options, async (command, { scope: { kv }, setStore, open, end }): Promise<KvAnswer> => {
    switch (command.type) {
      case 'get':
        return { type: 'get', key: command.key, ...foundOf(await kv.get(command.key)) };
      case 'set':
        await kv.set(command.key, command.value);
        return { type: 'set', key: command.key, ok: true };
      case 'delete':
        return { type: 'delete', key: command.key, deleted: await kv.delete(command.key) };
      case 'keys':
        return { type: 'keys', keys: await kv.keys() };
      case 'clear':
        await kv.clear();
        return { type: 'clear', ok: true };
      case 'has':
        return { type: 'has', key: command.key, exists: await kv.has(command.key) };
      case 'subscribe': {
        const { key } = command;
        const subscription = await open((subscription, tell) =>
          kv.watch(key, (value) => tell({ type: 'changed', subscription, key, ...foundOf(value) })),
        );
        return { type: 'subscribe', key, subscription };
      }
      case 'unsubscribe':
        return end(command.subscription);
      case 'setStore':
        return setStore(command.value);
    }
  });
}

/** The `db` object: documents in collections. */
export function dbObject(options: MessageObjectOptions<DbAnswer>): PatchObject<DbAnswer> {
  return messageObject(DB, options, async (command, { scope: { db }, setStore, open, end }): Promise<DbAnswer> => {
    switch (command.type) {
      case 'insert':
        return { type: 'insert', collection: command.collection, id: await db.insert(command.collection, command.doc) };
      case 'find': {
        const docs = await db.find(command.collection, command.query, optionsOf(command));
        return { type: 'find', collection: command.collection, docs, count: docs.length };
      }
      case 'findOne': {
        const { collection, id } = command;
        return { type: 'findOne', collection, id, doc: (await db.findOne(collection, id)) ?? null };
      }
      case 'update':
      case 'replace': {
        const { collection, id, doc } = command;
        return { type: 'update', collection, id, ok: await db[command.type](collection, id, doc) };
      }
      case 'delete':
        return { type: 'delete', collection: command.collection, id: command.id, ok: await db.delete(command.collection, command.id) };
      case 'count':
        return { type: 'count', collection: command.collection, count: await db.count(command.collection, command.query) };
      case 'drop':
        await db.drop(command.collection);
        return { type: 'drop', collection: command.collection, ok: true };
      case 'subscribe': {
        const { collection, query } = command;
        const live = db.live(collection, query, optionsOf(command));
        const subscription = await open(async (subscription, tell) => {
          const look = (): void => {
            const { status, data, total, error } = live.get();
            if (status === 'ready') tell({ type: 'live', collection, subscription, docs: data, count: total });
            else if (error) tell({ ...failureOf(error), subscription });
          };
          const stop = live.subscribe(look);
          queueMicrotask(look);
          return stop;
        });
        return { type: 'subscribe', collection, subscription };
      }
      case 'unsubscribe':
        return end(command.subscription);
      case 'setStore':
        return setStore(command.value);
    }
  });
}

function foundOf(value: unknown): { value: unknown; found: boolean } {
  return { value: value ?? null, found: value !== undefined };
}

function optionsOf({ sort, skip, limit }: { [Name in keyof FindOptions]: unknown }): FindOptions {
  return { ...(sort ? { sort } : {}), ...(skip === undefined ? {} : { skip }), ...(limit === undefined ? {} : { limit }) } as FindOptions;
}
