import { svelte } from '@sveltejs/vite-plugin-svelte';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { pageParts } from './page-parts.ts';
import { pyodideFiles } from './pyodide-files.ts';

export default defineConfig({
  appType: 'mpa',
  plugins: [react(), svelte(), pageParts(), pyodideFiles()],
  // It looks for its binary beside itself.
  optimizeDeps: { exclude: ['quickjs-emscripten'] },
  build: {
    rolldownOptions: {
      input: ['index.html', 'server.html', 'notes.html', 'notes-svelte.html', 'notebook.html', 'patcher.html', 'plug-ins.html'],
    },
  },
});
