import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** A site on this machine whose pages run the library, as production code is built. */
export interface Site {
  /** A page with the library on `holdfast`. */
  readonly app: string;
  /** The same under the strictest policy that lets a page run its own scripts. */
  readonly strict: string;
  /** A page of the same origin without any script. */
  readonly blank: string;
  /** A page of another origin. */
  readonly elsewhere: string;
  /** Answers with `Clear-Site-Data: "storage"`. */
  readonly clear: string;
  /** The built library with the tools of `page.ts`, to be put into a frame. */
  readonly script: string;
  close(): Promise<void>;
}

const html = (head: string): string => `<!doctype html><meta charset="utf-8"><title>t</title><link rel="icon" href="data:,">${head}`;

export async function startSite(): Promise<Site> {
  const built = await build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    logLevel: 'error',
  });
  const script = built.outputFiles[0]?.text ?? '';
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname;
    if (path === '/page.js') return response.setHeader('content-type', 'text/javascript').end(script);
    if (path === '/strict') {
      response.setHeader('content-security-policy', "default-src 'none'; script-src 'self'; require-trusted-types-for 'script'");
      return response.setHeader('content-type', 'text/html').end('<!doctype html><title>t</title><script src="/page.js"></script>');
    }
    if (path === '/clear') response.setHeader('clear-site-data', '"storage"');
    return response.setHeader('content-type', 'text/html').end(html(path === '/app' ? '<script src="/page.js"></script>' : ''));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const own = `http://127.0.0.1:${port}`;
  return {
    app: `${own}/app`,
    strict: `${own}/strict`,
    blank: `${own}/blank`,
    elsewhere: `http://localhost:${port}/blank`,
    clear: `${own}/clear`,
    script,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
