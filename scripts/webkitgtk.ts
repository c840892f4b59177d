import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { PreviewBrowserProvider, preview } from '@vitest/browser-preview';
import type { TestProject } from 'vitest/node';

const DRIVER = '/usr/bin/WebKitWebDriver';
const MINI = '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser';

const freePort = (): Promise<number> =>
  new Promise((ok, no) => {
    const s = createServer();
    s.once('error', no).listen(0, '127.0.0.1', () => {
      const a = s.address();
      s.close(() => ok(typeof a === 'object' && a ? a.port : 0));
    });
  });

/** WebKitGTK (the engine of Safari) for Vitest: Debian's WebKitWebDriver opens the test page in MiniBrowser under Xvfb. User events are simulated in the page. */
class WebKitGtkProvider extends PreviewBrowserProvider {
  #procs: ChildProcess[] = [];
  #base = '';
  #session = '';
  constructor(project: TestProject) {
    super(project);
    // The orchestrator page asks for this command without a UI; the window keeps its size.
    project.browser?.registerCommand('__vitest_viewport' as never, (() => Promise.resolve()) as never);
  }
  async #rpc(method: string, path: string, body?: unknown): Promise<unknown> {
    const r = await fetch(this.#base + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: { 'content-type': 'application/json' },
    });
    const j = (await r.json()) as { value: { error?: string; message?: string } | null };
    if (j.value?.error) throw new Error(`WebKitWebDriver: ${j.value.error}: ${j.value.message}`);
    return j.value;
  }
  override async openPage(_sessionId: string, url: string): Promise<void> {
    if (!this.#session) {
      const env: NodeJS.ProcessEnv = { ...process.env, GDK_BACKEND: 'x11', WEBKIT_DISABLE_COMPOSITING_MODE: '1', NO_AT_BRIDGE: '1' };
      // Xvfb picks a free display and writes its number to fd 3.
      const x = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'], {
        stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      });
      this.#procs.push(x);
      env.DISPLAY = `:${await new Promise<string>((ok, no) => {
        x.once('error', no);
        x.stdio[3]?.once('data', (d: Buffer) => ok(d.toString().trim()));
      })}`;
      const port = await freePort();
      this.#base = `http://127.0.0.1:${port}`;
      this.#procs.push(spawn(DRIVER, [`--port=${port}`], { stdio: 'ignore', env }));
      for (let i = 0; ; i++) {
        try {
          await this.#rpc('GET', '/status');
          break;
        } catch (e) {
          if (i > 50) throw e;
          await new Promise((r) => setTimeout(r, 100));
        }
      }
      const s = (await this.#rpc('POST', '/session', {
        capabilities: { alwaysMatch: { browserName: 'MiniBrowser', 'webkitgtk:browserOptions': { binary: MINI, args: ['--automation'] } } },
      })) as { sessionId: string };
      this.#session = `/session/${s.sessionId}`;
    }
    await this.#rpc('POST', `${this.#session}/url`, { url });
  }
  override async close(): Promise<void> {
    if (this.#session) await this.#rpc('DELETE', this.#session).catch(() => {});
    this.#session = '';
    for (const p of this.#procs.splice(0).reverse()) p.kill();
  }
}

export function webkitgtk(): ReturnType<typeof preview> {
  return { ...preview(), providerFactory: (project) => new WebKitGtkProvider(project) };
}
