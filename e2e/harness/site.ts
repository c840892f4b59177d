import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
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
  /** A page that can start WASM guests, with the tools of `guest-page.ts`. */
  readonly guest: string;
  /** Hears what a program on that page says. */
  onAck: (n: number) => void;
  /** The built library with the tools of `page.ts`, to be put into a frame. */
  readonly script: string;
  close(): Promise<void>;
}

const GUESTS = fileURLToPath(new URL('../../packages/core/node_modules', import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.zip': 'application/zip',
};

const html = (head: string): string => `<!doctype html><meta charset="utf-8"><title>t</title><link rel="icon" href="data:,">${head}`;

export async function startSite(): Promise<Site> {
  const script = await bundle(new URL('page.ts', import.meta.url));
  const guestScript = await bundle(new URL('guest-page.ts', import.meta.url));
  const server = createServer((request, response) => {
    const { pathname: path, searchParams } = new URL(request.url ?? '/', 'http://x');
    const type = TYPES[extname(path)];
    if (path.startsWith('/guests/') && type && !path.includes('..'))
      return createReadStream(`${GUESTS}${path.slice('/guests'.length)}`).pipe(response.setHeader('content-type', type));
    if (path === '/ack') {
      site.onAck(Number(searchParams.get('n')));
      return response.end();
    }
    if (path === '/page.js') return response.setHeader('content-type', 'text/javascript').end(script);
    if (path === '/strict') {
      response.setHeader('content-security-policy', "default-src 'none'; script-src 'self'; require-trusted-types-for 'script'");
      return response.setHeader('content-type', 'text/html').end('<!doctype html><title>t</title><script src="/page.js"></script>');
    }
    if (path === '/guest-page.js') return response.setHeader('content-type', 'text/javascript').end(guestScript);
    if (path === '/guest') return response.setHeader('content-type', 'text/html').end(html('<script src="/guest-page.js"></script>'));
    if (path === '/clear') response.setHeader('clear-site-data', '"storage"');
    return response.setHeader('content-type', 'text/html').end(html(path === '/app' ? '<script src="/page.js"></script>' : ''));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const own = `http://127.0.0.1:${port}`;
  const site: Site = {
    onAck() {},
    guest: `${own}/guest`,
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
  return site;
}

async function bundle(entry: URL): Promise<string> {
  const built = await build({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    logLevel: 'error',
  });
  return built.outputFiles[0]?.text ?? '';
}
