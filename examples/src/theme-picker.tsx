import { type JSX, useId } from 'react';
import { type Theme, themes } from './state.ts';

export function ThemePicker({ theme, onChange }: { theme: Theme; onChange: (theme: Theme) => void }): JSX.Element {
  const id = useId();
  return (
    <fieldset>
      <legend>Theme</legend>
      <div className="segments">
        {themes.map((each) => (
          <label key={each}>
            <input type="radio" name={id} checked={each === theme} onChange={() => onChange(each)} />
            {each}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
