import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** Gzip bytes of an import, bundled and minified as an app would: the framework that the app has anyway is left out. */
export async function bytesOf(imports: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: imports, resolveDir: new URL('..', import.meta.url).pathname },
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    define: { 'process.env.NODE_ENV': '"production"' },
    external: ['react', 'react-dom', 'svelte'],
    legalComments: 'none',
  });
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
}
