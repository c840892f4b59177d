import type { Batch, History } from '../driver.ts';
import { decode, encode, type KeyValue, type RangeResponse } from './etcd-gateway.ts';

// A namespace in etcd:
//   <namespace>/k/<key>   an entry
//   <namespace>/m/head    its value is where the log begins; its etcd version counts the commits since
//   <namespace>/m/trim/…  up to which sequence the batches of a key are trimmed
//   <namespace>/l/<id>    a commit: the keys and batches; in the order of their first revisions
// Every commit writes the head and one record of the log in one transaction. So commits need not wait for each other to be
// numbered: the newest record is the head's, the one before it one less, and so on.

/** A commit in the log. `s`: its sequence, where it is so far back that it cannot be counted any more. */
export interface LogRecord {
  readonly k?: readonly string[];
  readonly b?: readonly (readonly [key: string, value: string])[];
  readonly s?: number;
}

/** A commit with its place among all. */
export interface Placed {
  readonly name: string;
  readonly sequence: number;
  readonly record: LogRecord;
  readonly revision: string;
}

export function headOf(head: KeyValue | undefined): number {
  return head ? Number(decode(head.value)) + Number(head.version) : 0;
}

/** Gives each record its sequence. They are in the order of commits and end with the head's. */
export function placed(records: RangeResponse | undefined, head: number): Placed[] {
  const found = (records?.kvs ?? []).map(({ key, value, mod_revision }) => ({
    name: decode(key),
    record: JSON.parse(decode(value)) as LogRecord,
    revision: mod_revision,
  }));
  const counted = found.filter(({ record }) => record.s === undefined).length;
  let next = head - counted;
  return found.map((commit) => ({ ...commit, sequence: commit.record.s ?? ++next }));
}

/** Up to which sequence the batches of each key are trimmed. */
export function trimsOf(range: RangeResponse | undefined, prefix: string): Map<string, number> {
  return new Map((range?.kvs ?? []).map(({ key, value }) => [decode(key).slice(prefix.length), Number(decode(value))]));
}

export function historyOf(commits: readonly Placed[], trims: ReadonlyMap<string, number>, head: number, after: number): History<string> {
  const since = commits.filter(({ sequence }) => sequence > after);
  const batches = since.flatMap(({ sequence, record: { b = [] } }) =>
    b.flatMap(([key, value]): Batch<string>[] => (sequence > (trims.get(key) ?? 0) ? [{ sequence, key, value }] : [])),
  );
  const recent = since.filter(({ record }) => record.s === undefined);
  // Sequences have no gaps: another number of commits means that some were forgotten, or that it is another log.
  const isWhole = after <= head && recent.length === head - after;
  return { head, ...(isWhole ? { keys: [...new Set(recent.flatMap(({ record: { k = [] } }) => k))] } : {}), batches };
}

/** So many commits back a follower that was away finds which keys were written. */
export const LOG_LENGTH = 256;

/** What brings the log back to its length: old records go, those with batches that are not trimmed are kept with their sequence. */
export function sweepOf(commits: readonly Placed[], trims: ReadonlyMap<string, number>, head: number): unknown[] {
  return commits
    .filter(({ sequence }) => sequence <= head - LOG_LENGTH)
    .flatMap(({ name, sequence, record, revision }) => {
      const b = (record.b ?? []).filter(([key]) => sequence > (trims.get(key) ?? 0));
      if (b.length > 0 && b.length === record.b?.length && record.s !== undefined) return [];
      const key = encode(name);
      const write =
        b.length > 0
          ? { request_put: { key, value: encode(JSON.stringify({ s: sequence, b } satisfies LogRecord)) } }
          : { request_delete_range: { key } };
      // Nobody else has swept it meanwhile.
      return [{ request_txn: { compare: [{ key, target: 'MOD', mod_revision: revision }], success: [write] } }];
    });
}
