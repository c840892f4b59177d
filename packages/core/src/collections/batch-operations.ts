import type { Operation } from '../driver.ts';
import type { EncodedBatch } from './batch.ts';
import { segmentKey } from './paths.ts';

/** What appends a batch to the log, with the segments to which it refers. Promises only where a codec must wait for bytes. */
export function operationsOf(path: string, { parts, segments }: EncodedBatch): (Operation<unknown> | Promise<Operation<unknown>>)[] {
  const refers = segments.length > 0 && ({ refers: true } as const);
  return [
    ...segments.map(({ segment, value }) =>
      whenThere(value, (value): Operation<unknown> => ({ type: 'set', key: segmentKey(path, segment.name), value })),
    ),
    ...parts.map((part) => whenThere(part, (value): Operation<unknown> => ({ type: 'append', key: path, value, ...refers }))),
  ];
}

function whenThere<T>(value: unknown, then: (value: unknown) => T): T | Promise<T> {
  return value instanceof Promise ? value.then(then) : then(value);
}
