import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, createServer, preview } from 'vite';

export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

const root = fileURLToPath(new URL('../examples', import.meta.url));
const quiet = { root, logLevel: 'error' as const };
const local = { port: 0, host: '127.0.0.1' };

/** The examples as `pnpm start` serves them. */
export async function serveExamples(): Promise<Site> {
  // A cache of its own: a site that runs beside the tests keeps its modules.
  const server = await createServer({ ...quiet, cacheDir: 'node_modules/.vite-e2e', server: local });
  await server.listen();
  return { url: server.resolvedUrls?.local[0] ?? '', close: () => server.close() };
}

/** The examples as they are deployed: built, then served as files. */
export async function serveBuiltExamples(): Promise<Site> {
  const outDir = mkdtempSync(join(tmpdir(), 'holdfast-examples-'));
  await build({ ...quiet, build: { outDir, emptyOutDir: true } });
  const server = await preview({ ...quiet, build: { outDir }, preview: local });
  return {
    url: server.resolvedUrls?.local[0] ?? '',
    async close() {
      await server.close();
      rmSync(outDir, { recursive: true, force: true });
    },
  };
}
