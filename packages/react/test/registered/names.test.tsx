import { setDefaultStore, usePersisted, useStore } from '@holdfast/react';
import { act, render, screen } from '@testing-library/react';
import type { ReactNode } from 'react';
import { expect, test } from 'vitest';
import { store } from './store.ts';

test('an app with a registered store uses bare names', async () => {
  setDefaultStore(store);
  await store.keys.settings.ready;
  function App(): ReactNode {
    const [theme, setTheme] = usePersisted('theme');
    const [name] = usePersisted('settings', 'user.name');
    const [panel] = usePersisted(useStore().keys.panel('left'));
    return <button onClick={() => setTheme((before) => (before === 'light' ? 'dark' : 'light'))}>{`${theme} ${name} ${panel}`}</button>;
  }
  render(<App />);
  await act(async () => screen.getByText('light Ada open').click());
  expect(screen.getByText('dark Ada open')).toBeDefined();
});
