import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { mount } from 'svelte';
import { showOverview } from './overview.ts';
import { SettingsForm } from './react-form.tsx';
import SvelteForm from './svelte-form.svelte';
import { followTheme } from './theme.ts';
import { ZustandForm } from './zustand-form.tsx';

const place = (id: string): HTMLElement => document.getElementById(id) as HTMLElement;

followTheme();
createRoot(place('react')).render(
  <StrictMode>
    <SettingsForm />
  </StrictMode>,
);
mount(SvelteForm, { target: place('svelte') });
createRoot(place('zustand')).render(
  <StrictMode>
    <ZustandForm />
  </StrictMode>,
);
showOverview(place);
