import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { memory } from '../drivers/memory.ts';
import { encodePath } from '../key-path.ts';
import { createStore } from '../store.ts';
import { key } from './key.ts';
import type { Persisted } from './persisted.ts';
import { themeScript } from './theme-script.ts';

const { theme, odd } = createStore({ name: 'app', storage: memory(), keys: { theme: key('light'), odd: key('</script><!--') } }).keys;

/** Runs the script in a page whose localStorage holds `stored`. Returns `<html>`'s data attributes. */
function run(script: string, stored?: string): Record<string, string> {
  const dataset: Record<string, string> = {};
  const localStorage = {
    getItem(name: string): string | null {
      if (stored === 'denied') throw new DOMException('', 'SecurityError');
      return name === encodePath(['app', 'theme']) ? (stored ?? null) : null;
    },
  };
  runInNewContext(script, { document: { documentElement: { dataset } }, localStorage, JSON });
  return dataset;
}

test('sets what is stored, in an envelope too', () => {
  expect(run(themeScript(theme), '"dark"')).toEqual({ theme: 'dark' });
  expect(run(themeScript(theme), '{"$holdfast":[2,0],"value":"dark"}')).toEqual({ theme: 'dark' });
  expect(run(themeScript(theme, 'mode'), '"dark"')).toEqual({ mode: 'dark' });
});

test.each([undefined, 'denied', '{', 'null', '7', '["dark"]'])('sets the default where %s is stored', (stored) => {
  expect(run(themeScript(theme), stored)).toEqual({ theme: 'light' });
});

test('holds nothing that ends a script or opens a comment in HTML', () => {
  expect(themeScript(odd)).not.toMatch(/<\/script|<!--/i);
  expect(run(themeScript(odd))).toEqual({ theme: '</script><!--' });
});

test('reads what a store writes into localStorage', async () => {
  const texts = new Map<string, string>();
  const { webStorage } = await import('../drivers/web-storage.ts');
  const { rich } = await import('../codecs/rich.ts');
  const storage = {
    getItem: (name: string) => texts.get(name) ?? null,
    setItem: (name: string, text: string) => texts.set(name, text),
    removeItem() {},
  } as unknown as Storage;
  const stored: Persisted<string> = createStore({
    name: 'app',
    storage: webStorage(() => storage, { codec: rich }),
    keys: { theme: key('light') },
  }).keys.theme;
  await stored.set('dark');
  expect(run(themeScript(stored), [...texts.values()][0])).toEqual({ theme: 'dark' });
});
