import { setDefaultStore } from '@holdfast/svelte';
import { mount } from 'svelte';
import { followTheme } from '../theme.ts';
import NotesApp from './notes-app.svelte';
import { store } from './state.ts';

followTheme();
setDefaultStore(store);
mount(NotesApp, { target: document.getElementById('app') as HTMLElement });
