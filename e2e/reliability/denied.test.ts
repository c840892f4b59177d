import { describe, expect, test } from 'vitest';
import { engines } from '../harness/engines.ts';
import { useBrowser, useSite } from '../harness/suite.ts';

const site = useSite();

/** Uses everything, and tells its parent what came of it. Runs in a frame that may not store anything. */
async function useAll(): Promise<unknown> {
  const { createStore, indexedDb, key, local, session } = holdfast;
  const heard: string[] = [];
  const store = createStore({
    name: 'app',
    storage: indexedDb(),
    keys: { inDatabase: key(0), inLocal: key(0, { storage: local() }), inSession: key(0, { storage: session() }) },
    onError: ({ code }) => heard.push(code),
  });
  const results: Record<string, unknown> = {};
  for (const [name, cell] of Object.entries(store.keys)) {
    const seen: number[] = [];
    cell.subscribe(() => seen.push(cell.get()));
    const first = cell.get();
    await cell.ready.catch(() => {});
    const outcomes = [await cell.set(1), await cell.update((n) => n + 1), await cell.flush(), await cell.retry()];
    const last = cell.get();
    const reset = await cell.reset();
    const { capability, persistent, error } = cell.status.get();
    results[name] = {
      first,
      last,
      seen,
      afterReset: cell.get(),
      saved: [...outcomes, reset].some((outcome) => outcome.saved),
      codes: [...new Set([...outcomes, reset].map((outcome) => (outcome.saved ? 'saved' : outcome.error.code)))],
      capability,
      persistent,
      code: error?.code,
    };
  }
  await store.flush();
  await store.close();
  return { results, heard: [...new Set(heard)], uncaught };
}

const alike = {
  first: 0,
  last: 2,
  seen: [1, 2, 0],
  afterReset: 0,
  saved: false,
  codes: ['DENIED'],
  capability: 'memory',
  persistent: false,
  code: 'DENIED',
};

describe.each(engines)('$name', (engine) => {
  const browser = useBrowser(engine);

  test.each(['sandboxed frame', 'data: frame'])('in a %s every key lives in memory, says DENIED and throws nowhere', async (kind) => {
    const context = await browser().newContext();
    const tab = await context.newPage();
    const printed: string[] = [];
    tab.on('console', (message) => message.type() === 'error' && printed.push(message.text()));
    tab.on('pageerror', (error) => printed.push(error.message));
    await tab.goto(site().blank);
    const content = `<!doctype html><script src="${new URL('/page.js', site().app)}"></script>
      <script>(${useAll})().then((found) => parent.postMessage(found, '*'), (error) => parent.postMessage(String(error), '*'))</script>`;
    const found = await tab.evaluate(
      ([content, isSandboxed]) =>
        new Promise<unknown>((resolve) => {
          addEventListener('message', (event) => resolve(event.data));
          const frame = document.createElement('iframe');
          if (isSandboxed) {
            frame.sandbox.add('allow-scripts');
            frame.srcdoc = String(content);
          } else frame.src = `data:text/html;charset=utf-8,${encodeURIComponent(String(content))}`;
          document.body.append(frame);
        }),
      [content, kind === 'sandboxed frame'] as const,
    );
    expect(found).toEqual({ results: { inDatabase: alike, inLocal: alike, inSession: alike }, heard: ['DENIED'], uncaught: [] });
    expect(printed).toEqual([]);
    await context.close();
  });
});
