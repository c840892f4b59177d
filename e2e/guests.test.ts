import type { BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines } from './harness/engines.ts';
import { createProfile, type Profile } from './harness/profile.ts';
import { type Site, serveBuiltExamples } from './site.ts';

/** A busy machine, on which Python starts. */
const PATIENCE = { timeout: 30_000 };

let site: Site;
beforeAll(async () => {
  site = await serveBuiltExamples();
});
afterAll(() => site?.close());

const text = (page: Page, label: string) => page.getByLabel(label, { exact: true }).textContent();

describe.each(engines)('$name', (engine) => {
  let profile: Profile;
  let context: BrowserContext;
  const faults: string[] = [];
  beforeAll(async () => {
    profile = createProfile(engine);
    context = await profile.start();
  });
  afterAll(async () => {
    await profile?.kill();
    profile?.remove();
  });

  async function open(path: string): Promise<Page> {
    const page = await context.newPage();
    page.on('pageerror', (error) => faults.push(error.message));
    await page.goto(site.url + path);
    return page;
  }

  async function closeAll(): Promise<void> {
    for (const page of context.pages().slice(1)) await page.close();
    expect(faults).toEqual([]);
  }

  test('a patch counts in two tabs, keeps its notes, and is the same after a reload', async () => {
    const [here, there] = [await open('patcher.html'), await open('patcher.html')];
    for (const [count, page] of [here, there, here].entries()) {
      await page.getByRole('button', { name: 'Count', exact: true }).click();
      for (const each of [here, there]) await expect.poll(() => text(each, 'Number'), PATIENCE).toBe(String(count + 1));
    }
    await here.getByLabel('New note').fill('Buy bread');
    await here.getByLabel('New note').press('Enter');
    const box = (page: Page) => page.getByRole('checkbox', { name: 'Buy bread' });
    await expect.poll(() => box(there).count(), PATIENCE).toBe(1);
    await box(there).click();
    await expect.poll(() => box(here).isChecked(), PATIENCE).toBe(true);
    await here.reload();
    await expect.poll(() => text(here, 'Number'), PATIENCE).toBe('3');
    await expect
      .poll(
        () =>
          box(here)
            .isChecked()
            .catch(() => undefined),
        PATIENCE,
      )
      .toBe(true);
    await here.getByRole('button', { name: 'Delete Buy bread' }).click();
    await expect.poll(() => box(there).count(), PATIENCE).toBe(0);
    await here.getByRole('button', { name: 'Empty the patch' }).click();
    for (const each of [here, there]) await expect.poll(() => text(each, 'Number'), PATIENCE).toBe('0');
    await closeAll();
  });

  test('a plug-in has what it has stored and nothing of others, and cannot hold the page', async () => {
    const page = await open('plug-ins.html');
    const run = async (name: string): Promise<void> => {
      await page.getByRole('region', { name, exact: true }).getByRole('button', { name: 'Run' }).click();
    };
    for (const time of [1, 2]) {
      await run('counter');
      await expect.poll(() => text(page, 'Printed by counter'), PATIENCE).toBe(`This is run ${time}\nMy keys: ["runs"]`);
      await run('journal');
      await expect.poll(() => text(page, 'Printed by journal'), PATIENCE).toBe(`Lines so far: ${time}`);
    }
    await run('curious');
    await expect.poll(() => text(page, 'Printed by curious'), PATIENCE).toContain('The key of the page: nothing');
    expect(await text(page, 'Printed by curious')).toMatch(/My keys: \[\]\n.*\nwindow is undefined and fetch is undefined\ninterrupted$/);
    // By keys: a stock Firefox fills a field without telling the page.
    await page.getByLabel('Code of counter').press('ControlOrMeta+a');
    await page.getByLabel('Code of counter').pressSequentially("print(local_get('runs'));nonsense()");
    await page.reload();
    await expect.poll(() => page.getByLabel('Code of counter').inputValue(), PATIENCE).toContain('nonsense()');
    await run('counter');
    await expect.poll(() => text(page, 'Printed by counter'), PATIENCE).toBe("2\n'nonsense' is not defined");
    await closeAll();
  });

  test.runIf(process.env.HARD)(
    'a notebook has its files, databases and variables after a reload and a kill, and in a second tab',
    async () => {
      let page = await open('notebook.html');
      await page.getByRole('button', { name: 'Begin with three cells' }).click();
      const runAll = async (expected: readonly string[]): Promise<void> => {
        for (const [index, printed] of expected.entries()) {
          const cell = page.getByRole('listitem').filter({ has: page.getByLabel(`Cell ${index + 1}`, { exact: true }) });
          await cell.getByRole('button', { name: 'Run', exact: true }).click({ ...PATIENCE });
          await expect.poll(() => text(page, `Printed by cell ${index + 1}`).catch(() => ''), PATIENCE).toContain(printed);
        }
        await expect.poll(() => page.getByText('ready', { exact: true }).count(), PATIENCE).toBe(1);
      };
      const files = (each: Page) => each.getByRole('list', { name: 'Files' }).textContent();
      await runAll(['1 lines', '1 rows', 'run 1']);
      await expect.poll(() => files(page), PATIENCE).toContain('notes.db8,192 B');

      const other = await open('notebook.html');
      await expect.poll(() => other.getByText('Another tab runs this notebook').count(), PATIENCE).toBe(1);
      await page.reload();
      // The one that waited has it now.
      await expect.poll(() => other.getByText('ready', { exact: true }).count(), PATIENCE).toBe(1);
      await page.close();
      page = other;
      await runAll(['2 lines', '2 rows']);
      await expect.poll(() => files(page), PATIENCE).toContain('log.csv28 B');

      await profile.kill();
      context = await profile.start();
      page = await open('notebook.html');
      await runAll(['3 lines', '3 rows', 'run 2']);
      await closeAll();
    },
    240_000,
  );
});
