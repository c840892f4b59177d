import type { CSSProperties, JSX } from 'react';
import { Panel } from './panel.tsx';
import { PhotoField } from './photo-field.tsx';
import { ThemePicker } from './theme-picker.tsx';
import { type Accent, accents, useAccent } from './zustand-accent.ts';
import { useSettings } from './zustand-settings.ts';

export function ZustandForm(): JSX.Element {
  const settings = useSettings();
  return (
    <form className="settings" onSubmit={(event) => event.preventDefault()}>
      <ThemePicker theme={settings.theme} onChange={settings.setTheme} />
      <label className="field">
        <span>Name</span>
        <input value={settings.name} onChange={({ target }) => settings.setName(target.value)} autoComplete="off" />
      </label>
      <Panel title="Photo" isOpen={settings.photoPanel === 'open'} onToggle={settings.togglePhotoPanel}>
        <PhotoField photo={settings.avatar} onChange={settings.setAvatar} />
      </Panel>
      <Panel title="Draft" isOpen={settings.draftPanel === 'open'} onToggle={settings.toggleDraftPanel}>
        <textarea aria-label="Draft" value={settings.draft} onChange={({ target }) => settings.setDraft(target.value)} />
        <p className="status">{settings.isDraftPending ? 'Saving when you pause' : 'Saved'}</p>
      </Panel>
      <AccentPicker />
    </form>
  );
}

function AccentPicker(): JSX.Element {
  const { accent, setAccent } = useAccent();
  return (
    <fieldset>
      <legend>
        Accent, through zustand’s own <code>persist</code>
      </legend>
      <div className="swatches">
        {Object.entries(accents).map(([name, hue]) => (
          <label key={name} style={{ '--of': hue } as CSSProperties}>
            <input type="radio" name="accent" checked={name === accent} onChange={() => setAccent(name as Accent)} />
            {name}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
