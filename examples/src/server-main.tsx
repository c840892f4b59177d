import { hydrateRoot } from 'react-dom/client';
import { ServerPage } from './server-page.tsx';
import { followTheme } from './theme.ts';

const place = (id: string): HTMLElement => document.getElementById(id) as HTMLElement;
let errors = 0;

function showErrors(): void {
  place('hydration-errors').textContent = `${errors}`;
}

place('first-theme').textContent = document.documentElement.dataset.theme ?? 'none';
followTheme();
hydrateRoot(place('app'), <ServerPage onHydrated={showErrors} />, {
  onRecoverableError() {
    errors++;
    showErrors();
  },
});
