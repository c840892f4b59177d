import { setDefaultStore } from '@holdfast/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { followTheme } from '../theme.ts';
import { NotesApp } from './notes-app.tsx';
import { store } from './state.ts';

followTheme();
setDefaultStore(store);
createRoot(document.getElementById('app') as HTMLElement).render(
  <StrictMode>
    <NotesApp />
  </StrictMode>,
);
