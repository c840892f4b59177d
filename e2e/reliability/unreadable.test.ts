import { describe, expect, test } from 'vitest';
import { engines } from '../harness/engines.ts';
import { useBrowser, useSite, withTabs } from '../harness/suite.ts';

const site = useSite();

describe.each(engines)('$name', (engine) => {
  const browser = useBrowser(engine);

  test('text that does not decode is kept, the default is shown, and the next set puts it aside', async () => {
    await withTabs(browser(), site().app, 1, async (tab) => {
      const path = await tab.evaluate(async () => {
        await app.keys.localText.set('fine');
        return Object.keys(localStorage).find((name) => localStorage.getItem(name) === '"fine"') ?? '';
      });
      const garbage = '{"half": "a rec\ud800';
      await tab.evaluate(([path, garbage]) => localStorage.setItem(String(path), String(garbage)), [path, garbage]);
      await tab.reload();
      const first = await tab.evaluate(
        ([path]) => {
          const { localText } = app.keys;
          const value = localText.get();
          const { state, error, persistent } = localText.status.get();
          return { value, state, code: error?.code, persistent, stored: localStorage.getItem(String(path)) };
        },
        [path],
      );
      expect(first).toEqual({ value: '', state: 'error', code: 'CORRUPT', persistent: false, stored: garbage });
      const then = await tab.evaluate(
        async ([path]) => {
          const result = await app.keys.localText.set('new');
          const others = Object.entries(localStorage).filter(([name]) => name !== path);
          return { result, stored: localStorage.getItem(String(path)), aside: others.map(([, text]) => text), uncaught };
        },
        [path],
      );
      expect(then).toEqual({ result: { saved: true }, stored: '"new"', aside: [garbage], uncaught: [] });
    });
  });
});
