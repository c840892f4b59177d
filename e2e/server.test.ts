import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findServers } from '../scripts/find-servers.mjs';
import { type ServerName, startServer, type TestServer } from '../scripts/servers.ts';
import { engines } from './harness/engines.ts';

const PATIENCE = { timeout: 20_000 };

interface Board {
  readonly url: string;
  /** SIGKILL, and again on the same port with the same storage. */
  crash(): Promise<void>;
  restart(): Promise<void>;
}

async function startBoard(storage: string): Promise<Board> {
  let port = '0';
  let child: ChildProcess | undefined;
  async function start(): Promise<void> {
    const script = fileURLToPath(new URL('../examples/server/server.ts', import.meta.url));
    const env = { ...process.env, PORT: port, STORAGE: storage };
    const started = spawn(process.execPath, ['--no-warnings', script], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    child = started;
    const [text] = await new Promise<Buffer[]>((resolve, reject) => {
      started.stdout.once('data', (...said) => resolve(said));
      started.once('exit', () => reject(new Error('the server ended')));
    });
    port = /:(\d+)/.exec(`${text}`)?.[1] as string;
  }
  await start();
  return {
    url: `http://127.0.0.1:${port}/`,
    async crash() {
      const dying = child;
      if (!dying || dying.exitCode !== null || dying.signalCode !== null) return;
      const ended = new Promise((resolve) => dying.once('exit', resolve));
      dying.kill('SIGKILL');
      await ended;
    },
    restart: start,
  };
}

const title = (page: Page): Promise<string> => page.getByLabel('Title').inputValue();
const text = (page: Page): Promise<string> => page.getByLabel('Text').inputValue();
const votes = (page: Page): Promise<string | null> => page.locator('#votes').textContent();
const notes = async (page: Page): Promise<string> => (await page.locator('#notes label').allTextContents()).join();
const status = (page: Page): Promise<string | null> => page.getByLabel('Status').textContent();

async function add(page: Page, note: string): Promise<void> {
  await page.getByLabel('New note').fill(note);
  await page.getByRole('button', { name: 'Add' }).click();
}

function type(page: Page, label: string, what: string): Promise<void> {
  return page.getByLabel(label).pressSequentially(what);
}

// Quick: one browser, and the storage that needs no server. `HARD=1`: all.
const some = <T>(all: readonly T[], count: number): readonly T[] => (process.env.HARD ? all : all.slice(0, count));

describe.each(some(engines, 1))('a board in $name', (engine) => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-board-'));
  beforeAll(async () => {
    browser = await engine.type.launch(engine.options);
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Two visitors who share nothing but the server. */
  async function visit(
    storage: string,
    work: (board: Board, contexts: [BrowserContext, BrowserContext], pages: [Page, Page]) => Promise<void>,
  ): Promise<void> {
    const board = await startBoard(storage);
    const contexts: [BrowserContext, BrowserContext] = [await browser.newContext(), await browser.newContext()];
    try {
      const [a, b] = [await contexts[0].newPage(), await contexts[1].newPage()];
      await Promise.all([a.goto(board.url), b.goto(board.url)]);
      await expect.poll(() => status(a), PATIENCE).toBe('saved');
      await expect.poll(() => status(b), PATIENCE).toBe('saved');
      await work(board, contexts, [a, b]);
    } finally {
      await Promise.all(contexts.map((context) => context.close()));
      await board.crash();
    }
  }

  test('two browsers share it live, and votes of both are all counted', () =>
    visit(join(folder, 'live.db'), async (_, __, [a, b]) => {
      await type(a, 'Title', 'From a');
      await expect.poll(() => title(b), PATIENCE).toBe('From a');
      await type(b, 'Text', 'From b');
      await expect.poll(() => text(a), PATIENCE).toBe('From b');
      for (let turn = 0; turn < 5; turn++) await Promise.all([a, b].map((page) => page.getByRole('button', { name: 'Vote' }).click()));
      for (const page of [a, b]) await expect.poll(() => votes(page), PATIENCE).toBe('10');
    }));

  test('a collection is live in both, offline too, and what both changed in one note stays', () =>
    visit(join(folder, 'notes.db'), async (board, [offline], [a, b]) => {
      await add(a, 'Milk');
      await add(b, 'Bread');
      for (const page of [a, b]) await expect.poll(() => notes(page), PATIENCE).toBe('Milk,Bread');
      await offline.setOffline(true);
      await add(a, 'Apples');
      await a.getByRole('checkbox', { name: 'Bread' }).check();
      await expect.poll(() => status(a), PATIENCE).toBe('saved');
      await b.getByRole('button', { name: 'Delete Milk' }).click();
      await expect.poll(() => notes(b), PATIENCE).toBe('Bread');
      expect(await notes(a)).toBe('Milk,Bread,Apples');
      // Nothing of the page is left; the device has it.
      await a.close();
      await offline.setOffline(false);
      const again = await offline.newPage();
      await again.goto(board.url);
      for (const page of [again, b]) {
        await expect.poll(() => notes(page), PATIENCE).toBe('Bread,Apples');
        await expect.poll(() => page.getByRole('checkbox', { name: 'Bread' }).isChecked(), PATIENCE).toBe(true);
      }
    }));

  test('a visitor keeps its session, which lies in the same storage, and its room is closed to others', () =>
    visit(join(folder, 'sessions.db'), async (board, _, [a, b]) => {
      const name = await a.locator('body').getAttribute('data-name');
      await a.goto(`${board.url}?room=back`);
      await add(a, 'Only here');
      await expect.poll(() => status(a), PATIENCE).toBe('saved');
      await board.crash();
      await board.restart();
      await a.goto(board.url);
      await expect.poll(() => notes(a), PATIENCE).toBe('Only here');
      expect(await a.locator('body').getAttribute('data-name')).toBe(name);
      expect(await notes(b)).toBe('');
      const stranger = await fetch(`${board.url}state/:changes`, {
        method: 'POST',
        body: '{}',
        headers: { 'content-type': 'application/json', cookie: 'session=guessed' },
      });
      expect(stranger.status).toBe(401);
    }));

  test('what is written offline is saved, outlives its tab, and meets what others wrote', () =>
    visit(join(folder, 'offline.db'), async (board, [offline], [a, b]) => {
      await offline.setOffline(true);
      await type(a, 'Title', 'Written offline');
      await expect.poll(() => status(a), PATIENCE).toBe('saved');
      await type(b, 'Text', 'Written meanwhile');
      await expect.poll(() => status(b), PATIENCE).toBe('saved');
      expect(await title(b)).toBe('');
      // The draft is stored a moment later; then nothing of the page is left.
      await a.waitForTimeout(500);
      await a.close();
      await offline.setOffline(false);
      const again = await offline.newPage();
      await again.goto(board.url);
      for (const page of [again, b]) {
        await expect.poll(() => title(page), PATIENCE).toBe('Written offline');
        await expect.poll(() => text(page), PATIENCE).toBe('Written meanwhile');
      }
    }));

  test.each(some<ServerName | 'sqlite'>(['sqlite', 'redis', 'postgres', 'etcd'], 1))(
    'on %s, a crash of the server loses nothing that was saved',
    async (name) => {
      if (name !== 'sqlite' && !findServers()[name]) return console.warn(`No ${name} on this machine`);
      const server: TestServer | undefined = name === 'sqlite' ? undefined : await startServer(name);
      try {
        await visit(server?.url ?? join(folder, 'crash.db'), async (board, _, [a, b]) => {
          await type(a, 'Title', 'Before');
          await expect.poll(() => title(b), PATIENCE).toBe('Before');
          await board.crash();
          await type(a, 'Text', 'While it was away');
          await expect.poll(() => status(a), PATIENCE).toBe('saved');
          await board.restart();
          for (const page of [a, b]) {
            await expect.poll(() => text(page), PATIENCE).toBe('While it was away');
            await expect.poll(() => title(page), PATIENCE).toBe('Before');
          }
        });
      } finally {
        await server?.stop();
      }
    },
  );
});
