import { svelte } from '@sveltejs/vite-plugin-svelte';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { pageParts } from './page-parts.ts';

export default defineConfig({
  appType: 'mpa',
  plugins: [react(), svelte(), pageParts()],
  build: { rolldownOptions: { input: ['index.html', 'server.html', 'notes.html', 'notes-svelte.html'] } },
});
