import type { DriverChange } from '../driver.ts';
import { StoreError } from '../errors.ts';
import type { Http } from './http-request.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** Follows the server's feed, from where it was cut off. Gives up only where it is not allowed. */
export function followFeed(
  http: Http,
  silenceMs: number,
  tell: (change: DriverChange<string>) => void,
): { live: Promise<void>; stop(): void } {
  const ending = new AbortController();
  let last: number | undefined;
  let pauseMs = FIRST_PAUSE_MS;
  let wasLive = false;
  let wake = (): void => {};

  async function read(goLive: () => void): Promise<void> {
    const cut = new AbortController();
    let reader: ReadableStreamDefaultReader<string> | undefined;
    const cutOff = (): void => {
      cut.abort();
      // Deno forgets the signal of a response once it has collected garbage.
      reader?.cancel().catch(() => {});
    };
    ending.signal.addEventListener('abort', cutOff);
    let silence = setTimeout(cutOff, silenceMs);
    try {
      const body = await http.open(last === undefined ? ':watch' : `:watch?after=${last}`, cut.signal);
      reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
      let rest = '';
      for (let step = await reader.read(); !step.done; step = await reader.read()) {
        clearTimeout(silence);
        silence = setTimeout(cutOff, silenceMs);
        const events = (rest + step.value).split('\n\n');
        rest = events.pop() ?? '';
        for (const event of events) hear(event, goLive);
      }
    } finally {
      clearTimeout(silence);
      ending.signal.removeEventListener('abort', cutOff);
    }
  }

  function hear(event: string, goLive: () => void): void {
    if (event.startsWith(': live')) {
      pauseMs = FIRST_PAUSE_MS;
      goLive();
      // Without a place to go on from, anything may have happened meanwhile.
      if (wasLive && last === undefined) tell({ type: 'reset' });
      wasLive = true;
      return;
    }
    const id = /^id: (\d+)$/m.exec(event)?.[1];
    const data = /^data: (.*)$/m.exec(event)?.[1];
    if (data === undefined) return;
    if (id !== undefined) last = Math.max(last ?? 0, Number(id));
    tell(JSON.parse(data) as DriverChange<string>);
  }

  async function run(goLive: () => void, fail: (error: unknown) => void): Promise<void> {
    while (!ending.signal.aborted) {
      try {
        await read(goLive);
      } catch (error) {
        fail(error instanceof StoreError ? error : new StoreError('UNAVAILABLE', 'Cannot follow the server', { cause: error }));
        if (error instanceof StoreError && error.code === 'DENIED') return;
      }
      if (ending.signal.aborted) return;
      await new Promise<void>((resume) => {
        const timer = setTimeout(resume, pauseMs * (0.5 + Math.random() / 2));
        (timer as { unref?(): void }).unref?.();
        wake = () => {
          clearTimeout(timer);
          resume();
        };
      });
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  return {
    live: new Promise((resolve, reject) => void run(resolve, reject)),
    stop() {
      ending.abort();
      wake();
    },
  };
}
