import { usePersisted } from '@holdfast/react';
import type { JSX, ReactNode } from 'react';
import { Panel } from './panel.tsx';
import { PhotoField } from './photo-field.tsx';
import { store } from './state.ts';
import { ThemePicker } from './theme-picker.tsx';

export function SettingsForm(): JSX.Element {
  const [theme, setTheme] = usePersisted(store.keys.theme);
  const [name, setName] = usePersisted(store.keys.name);
  const [avatar, setAvatar] = usePersisted(store.keys.avatar);
  const [draft, setDraft, { pending }] = usePersisted(store.keys.draft);

  return (
    <form className="settings" onSubmit={(event) => event.preventDefault()}>
      <ThemePicker theme={theme} onChange={setTheme} />
      <label className="field">
        <span>Name</span>
        <input value={name} onChange={({ target }) => setName(target.value)} autoComplete="off" />
      </label>
      <FoldingPanel id="photo" title="Photo">
        <PhotoField photo={avatar} onChange={setAvatar} />
      </FoldingPanel>
      <FoldingPanel id="draft" title="Draft">
        <textarea aria-label="Draft" value={draft} onChange={({ target }) => setDraft(target.value)} />
        <p className="status">{pending ? 'Saving when you pause' : 'Saved'}</p>
      </FoldingPanel>
    </form>
  );
}

function FoldingPanel({ id, title, children }: { id: 'photo' | 'draft'; title: string; children: ReactNode }): JSX.Element {
  const [state, setState] = usePersisted(store.keys.panel(id));
  return (
    <Panel title={title} isOpen={state === 'open'} onToggle={() => setState(state === 'open' ? 'closed' : 'open')}>
      {children}
    </Panel>
  );
}
