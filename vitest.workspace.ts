// Every test of the repository: `pnpm test`. One project per environment; `--project chromium` runs one of them.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import react from '@vitejs/plugin-react';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import type { BrowserProviderOption } from 'vitest/node';
import { findBrowsers } from './scripts/browsers.mjs';
import { stockFirefox } from './scripts/stock-firefox.ts';
import { webkitgtk } from './scripts/webkitgtk.ts';

// A test lies beside the file it tests, or in the package's `test` when it crosses files. `*.browser.test.*` runs in the browsers,
// `*.servers.test.*` against Redis, PostgreSQL and etcd, the rest in Node.
const inBrowser = 'packages/*/{src,test}/**/*.browser.test.{ts,tsx}';
// Against real servers, which `scripts/servers-setup.ts` starts and stops.
const withServers = 'packages/core/{src,test}/**/*.servers.test.ts';

function unit(name: string, config: TestProjectInlineConfiguration): TestProjectInlineConfiguration {
  return { ...config, test: { name, exclude: [inBrowser, withServers, '**/node_modules/**'], ...config.test } };
}

function browser(
  name: 'chromium' | 'firefox' | 'webkit',
  provider: BrowserProviderOption,
  test: TestProjectInlineConfiguration['test'] = {},
): TestProjectInlineConfiguration {
  return {
    plugins: [react(), svelte()],
    // Bundled before the first test: a dependency that Vite finds later reloads the page in the middle of a run.
    optimizeDeps: {
      // They look for their binaries beside themselves.
      exclude: ['pyodide', '@micropython/micropython-webassembly-pyscript', 'h5wasm'],
      include: [
        ...['react', 'react/jsx-dev-runtime', 'react-dom/client', 'vitest-browser-react'],
        ...['svelte', 'svelte/reactivity', 'svelte/store', 'vitest-browser-svelte'],
        ...['idb-keyval', 'superjson', 'zustand', 'zustand/middleware', 'zustand/vanilla'].map((name) => `@holdfast/core > ${name}`),
      ],
    },
    test: {
      ...test,
      name,
      include: [inBrowser],
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider,
        instances: [{ browser: name, name }],
        ...test.browser,
      },
    },
  };
}

const found = findBrowsers();
const browsers: TestProjectInlineConfiguration[] = [];
if (found.chromium) browsers.push(browser('chromium', playwright({ launchOptions: found.chromium })));
if (found.firefox) browsers.push(browser('firefox', (found.firefox.channel ? stockFirefox : playwright)({ launchOptions: found.firefox })));
if (found.webkit) browsers.push(browser('webkit', playwright({ launchOptions: found.webkit })));
else if (found.webkitgtk)
  browsers.push(browser('webkit', webkitgtk(), { setupFiles: ['./scripts/webkit-setup.ts'], browser: { headless: false, ui: false } }));
const missing = ['chromium', 'firefox', 'webkit'].filter((n) => !browsers.some((b) => b.test?.name === n));
if (missing.length > 0) {
  const text = `No ${missing.join(', no ')} on this machine: its tests do not run. \`pnpm run setup\` installs them.`;
  if (process.env.CI) throw new Error(text);
  console.warn(text);
}

export default defineConfig({
  test: {
    reporters: ['default', './scripts/plain-reporter.ts'],
    coverage: { provider: 'v8', include: ['packages/*/src/**'], exclude: ['**/*.test.*'] },
    projects: [
      unit('node', { test: { include: ['packages/core/{src,test}/**/*.test.ts'] } }),
      unit('react', { plugins: [react()], test: { environment: 'happy-dom', include: ['packages/react/{src,test}/**/*.test.{ts,tsx}'] } }),
      unit('svelte', {
        plugins: [svelte()],
        resolve: { conditions: ['browser'] },
        test: {
          environment: 'happy-dom',
          include: ['packages/svelte/{src,test}/**/*.test.ts'],
          setupFiles: ['@testing-library/svelte/vitest'],
        },
      }),
      unit('gates', { test: { include: ['scripts/**/*.test.ts'], testTimeout: 60_000 } }),
      ...browsers,
      unit('servers', {
        test: {
          include: [withServers],
          exclude: ['**/node_modules/**'],
          globalSetup: './scripts/servers-setup.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      }),
      // `pnpm test:hard` runs all of it, each experiment as often as docs/reliability.md says.
      unit('e2e', {
        test: {
          include: ['e2e/**/*.test.ts'],
          // Kills of whole browsers, scans of their profiles and disks of our own take minutes, or root.
          exclude: process.env.HARD
            ? []
            : ['e2e/soak.test.ts', 'e2e/collections/kill.test.ts', 'e2e/reliability/{disk-full,encrypted,kill,power}.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      }),
    ],
  },
});
