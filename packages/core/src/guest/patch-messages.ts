import type { StoreErrorCode } from '../errors.ts';
import type { Schema } from '../schema.ts';
import { type Command, type InOp, schemaOf } from './message-table.ts';
import type { PatchDocument } from './patch-db.ts';

export const KV = {
  get: { key: 'text' },
  set: { key: 'text', value: 'any' },
  delete: { key: 'text' },
  keys: {},
  clear: {},
  has: { key: 'text' },
  setStore: { value: 'text' },
  subscribe: { key: 'text' },
  unsubscribe: { subscription: 'number' },
} as const;

export const DB = {
  insert: { collection: 'text', doc: 'object' },
  find: { collection: 'text', query: 'object?', sort: 'object?', skip: 'number?', limit: 'number?' },
  findOne: { collection: 'text', id: 'text' },
  update: { collection: 'text', id: 'text', doc: 'object' },
  replace: { collection: 'text', id: 'text', doc: 'object' },
  delete: { collection: 'text', id: 'text' },
  count: { collection: 'text', query: 'object?' },
  drop: { collection: 'text' },
  setStore: { value: 'text' },
  subscribe: { collection: 'text', query: 'object?', sort: 'object?', skip: 'number?', limit: 'number?' },
  unsubscribe: { subscription: 'number' },
} as const;

/** What a `kv` object understands. */
export type KvMessage = Command<typeof KV>;
/** What a `db` object understands. */
export type DbMessage = Command<typeof DB>;

/** The same as Standard Schemas, for any spelling. */
export const kvMessages: Schema<KvMessage> = schemaOf(KV);
export const dbMessages: Schema<DbMessage> = schemaOf(DB);

export interface Failure {
  readonly type: 'error';
  readonly message: string;
  readonly code?: StoreErrorCode;
  /** Of the subscription that it ends or holds up. */
  readonly subscription?: number;
}

export type Settled =
  | { readonly type: 'unsubscribe'; readonly subscription: number; readonly ok: boolean }
  | { readonly type: 'setStore'; readonly value: string; readonly ok: true }
  | Failure;

/** What a `kv` object sends. After `subscribe` it sends `changed` with every change. */
export type KvAnswer =
  | { readonly type: 'get'; readonly key: string; readonly value: unknown; readonly found: boolean }
  | { readonly type: 'changed'; readonly subscription: number; readonly key: string; readonly value: unknown; readonly found: boolean }
  | { readonly type: 'set'; readonly key: string; readonly ok: true }
  | { readonly type: 'delete'; readonly key: string; readonly deleted: boolean }
  | { readonly type: 'keys'; readonly keys: readonly string[] }
  | { readonly type: 'clear'; readonly ok: true }
  | { readonly type: 'has'; readonly key: string; readonly exists: boolean }
  | { readonly type: 'subscribe'; readonly key: string; readonly subscription: number }
  | Settled;

/** What a `db` object sends. A `replace` is answered as an `update`. After `subscribe` it sends `live`, at once and with every change. */
export type DbAnswer =
  | { readonly type: 'insert'; readonly collection: string; readonly id: string }
  | { readonly type: 'find'; readonly collection: string; readonly docs: readonly PatchDocument[]; readonly count: number }
  | {
      readonly type: 'live';
      readonly collection: string;
      readonly subscription: number;
      readonly docs: readonly PatchDocument[];
      readonly count: number;
    }
  | { readonly type: 'findOne'; readonly collection: string; readonly id: string; readonly doc: PatchDocument | null }
  | { readonly type: 'update' | 'delete'; readonly collection: string; readonly id: string; readonly ok: boolean }
  | { readonly type: 'count'; readonly collection: string; readonly count: number }
  | { readonly type: 'drop'; readonly collection: string; readonly ok: true }
  | { readonly type: 'subscribe'; readonly collection: string; readonly subscription: number }
  | Settled;

/** An answer in the spelling of its question: with `type`, or with `op`. */
export type Spelt<Answer> = Answer | InOp<Answer>;
