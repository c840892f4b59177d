import { type JSX, useEffect } from 'react';
import { SettingsForm } from './react-form.tsx';

/** What the server renders and the browser hydrates: the form of the front page, unchanged. */
export function ServerPage({ onHydrated }: { onHydrated?: () => void }): JSX.Element {
  useEffect(() => onHydrated?.(), [onHydrated]);
  return <SettingsForm />;
}
