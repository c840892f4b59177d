import type { DriverChange } from '../driver.ts';
import { decode, watchStream } from './etcd-gateway.ts';
import { headOf, type LogRecord } from './etcd-log.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Tells of each commit as it is added to the log; `range` holds the log and the head. A lost stream goes on at the next revision, so nothing is missed; where etcd
 * has compacted that one away there is a gap, and it goes on at now.
 */
export function watchLog(
  base: string,
  range: { key: string; range_end: string },
  headers: Record<string, string>,
  tell: (change: DriverChange) => void,
): { live: Promise<void>; stop(): void } {
  const ending = new AbortController();
  let next: number | undefined;
  let pauseMs = FIRST_PAUSE_MS;
  let isCompacted = false;

  async function listen(goLive: () => void): Promise<void> {
    let sequence = 0;
    const create = { ...range, filters: ['NODELETE'], ...(next === undefined ? {} : { start_revision: `${next}` }) };
    for await (const { header, created, canceled, events = [] } of watchStream(base, create, { headers, signal: ending.signal })) {
      if (canceled) {
        // Compacted. Told once the new stream is live, so that whoever reads then misses nothing.
        next = undefined;
        isCompacted = true;
        return;
      }
      if (created) {
        next ??= Number(header.revision) + 1;
        goLive();
        if (isCompacted) tell({ type: 'reset' });
        isCompacted = false;
        pauseMs = FIRST_PAUSE_MS;
      }
      if (ending.signal.aborted) return;
      for (const { kv } of events) {
        // The head comes first, in the same transaction.
        if (decode(kv.key).endsWith('/m/head')) sequence = headOf(kv);
        else {
          const { k: keys } = JSON.parse(decode(kv.value)) as LogRecord;
          if (keys) tell({ type: 'change', keys, sequence });
        }
        next = Number(kv.mod_revision) + 1;
      }
    }
  }

  async function run(goLive: () => void, fail: (error: unknown) => void): Promise<void> {
    while (!ending.signal.aborted) {
      await listen(goLive).catch(fail);
      if (isCompacted) continue;
      await new Promise<void>((resume) => {
        const timer = setTimeout(resume, pauseMs);
        (timer as { unref?(): void }).unref?.();
        ending.signal.addEventListener('abort', () => {
          clearTimeout(timer);
          resume();
        });
      });
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  return {
    live: new Promise((resolve, reject) => void run(resolve, reject)),
    stop: () => ending.abort(),
  };
}
