import type { Check, Operation, Range, Untouched } from '../driver.ts';
import { StoreError } from '../errors.ts';
import type { WireCommit, WireCommits } from '../wire.ts';
import type { Limits } from './limits.ts';

/** Believes nothing of a body: what does not have the shape is refused before storage is touched. @throws {StoreError} `INVALID_ARGUMENT` */
export function bodies(limits: Limits): {
  keys(body: unknown): string[];
  range(body: unknown): Range;
  after(body: unknown): number | undefined;
  commits(body: unknown): WireCommits;
  key(value: unknown): string;
} {
  function refuse(what: string): never {
    throw new StoreError('INVALID_ARGUMENT', `Cannot read the request: ${what}`);
  }

  function object(value: unknown): Record<string, unknown> {
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : refuse('an object is expected');
  }

  function array<T>(value: unknown, read: (item: unknown) => T): T[] {
    if (!Array.isArray(value)) return refuse('a list is expected');
    if (value.length > limits.batch) return refuse(`more than ${limits.batch} items at once`);
    return value.map(read);
  }

  function optional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
    return value === undefined || value === null ? undefined : read(value);
  }

  function text(value: unknown): string {
    return typeof value === 'string' ? value : refuse('a text is expected');
  }

  function key(value: unknown): string {
    const found = text(value);
    return found.length <= limits.keyLength ? found : refuse(`a key is longer than ${limits.keyLength}`);
  }

  function count(value: unknown): number {
    return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : refuse('a whole number is expected');
  }

  function operation(value: unknown): Operation {
    const { type, key: at, value: content, sequence, expiresAtMs } = object(value);
    if (type === 'delete') return { type, key: key(at) };
    if (type === 'append') return { type, key: key(at), value: text(content) };
    if (type === 'trim') return { type, key: key(at), sequence: count(sequence) };
    if (type !== 'set') return refuse('there is no such operation');
    const expiry = optional(expiresAtMs, count);
    return { type, key: key(at), value: text(content), ...(expiry === undefined ? {} : { expiresAtMs: expiry }) };
  }

  function check(value: unknown): Check {
    const { key: at, version } = object(value);
    return { key: key(at), version: optional(version, text) };
  }

  function untouched(value: unknown): Untouched {
    const { keys, after } = object(value);
    return { keys: array(keys, key), after: count(after) };
  }

  function commit(value: unknown): WireCommit {
    const body = object(value);
    const checks = optional(body.checks, (found) => array(found, check));
    const untouchedKeys = optional(body.untouched, untouched);
    return {
      number: count(body.number),
      operations: array(body.operations, operation),
      ...(checks ? { checks } : {}),
      ...(untouchedKeys ? { untouched: untouchedKeys } : {}),
    };
  }

  return {
    key,
    keys: (body) => array(object(body).keys, key),
    range(body) {
      const { prefix, after, limit, keysOnly } = object(body);
      const start = optional(after, key);
      return {
        prefix: key(prefix),
        limit: Math.min(optional(limit, count) ?? limits.batch, limits.batch),
        keysOnly: keysOnly === true,
        ...(start === undefined ? {} : { after: start }),
      };
    },
    after: (body) => optional(object(body).after, count),
    commits(body) {
      const { client, commits } = object(body);
      const name = text(client);
      if (!/^[\w-]{8,64}$/.test(name)) refuse('a client names itself by 8 to 64 letters and digits');
      const found = array(commits, commit);
      if (found.reduce((sum, { operations }) => sum + operations.length, 0) > limits.batch)
        refuse(`more than ${limits.batch} operations at once`);
      return { client: name, commits: found };
    },
  };
}
