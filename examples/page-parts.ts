import { type Plugin, runnerImport } from 'vite';

type Entry = typeof import('./src/server-entry.tsx');
const ENTRY = '/src/server-entry.tsx';

/** Fills the comments in the pages: the script for the theme, the header, and what React renders on the server, at each request or at build time. */
export function pageParts(): Plugin {
  let root = '';
  return {
    name: 'page-parts',
    configResolved(config) {
      root = config.root;
    },
    transformIndexHtml: {
      order: 'pre',
      async handler(html, { path, server }) {
        const { headScript, render } = server
          ? ((await server.ssrLoadModule(ENTRY)) as Entry)
          : (await runnerImport<Entry>(root + ENTRY)).module;
        const parts: Record<string, () => string> = {
          'head-script': () => `<script>${headScript}</script>`,
          'site-header': () => siteHeader(path),
          'server-page': render,
          'server-time': () => new Date().toLocaleTimeString('en-GB'),
        };
        return html.replace(/<!-- ([a-z-]+) -->/g, (comment, part: string) => parts[part]?.() ?? comment);
      },
    },
  };
}

function siteHeader(path: string): string {
  const pages = {
    '/index.html': 'Side by side',
    '/notes.html': 'Notes in React',
    '/notes-svelte.html': 'in Svelte',
    '/notebook.html': 'Python',
    '/patcher.html': 'Patcher',
    '/plug-ins.html': 'Plug-ins',
    '/server.html': 'Server',
  };
  const links = Object.entries(pages).map(([page, title]) => {
    const href = page === '/index.html' ? './' : `.${page}`;
    return `<a href="${href}"${page === path ? ' aria-current="page"' : ''}>${title}</a>`;
  });
  return `<header class="site">
      <a class="wordmark" href="./">${wordmark}Holdfast</a>
      <nav aria-label="Examples">${links.join('')}</nav>
    </header>`;
}

// A holdfast: what kelp clings to the rock with.
const wordmark = `<svg viewBox="0 0 32 32" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round" aria-hidden="true"><path d="M16 3v13M16 16c0 6-8 5-10 12M16 16c0 6 8 5 10 12M16 16c0 5-3 7-3.5 12M16 16c0 5 3 7 3.5 12M16 9c4-.5 6.5-2.5 7-6M16 12c-4-.5-6.5-2.5-7-6"/></svg>`;
