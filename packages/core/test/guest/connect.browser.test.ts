import { afterEach, expect, test } from 'vitest';
import { indexedDb } from '../../src/drivers/indexed-db.ts';
import {
  connect,
  deletePatchData,
  hasPatchData,
  type PatchDocument,
  type PatchStorage,
  patchStorage,
  servePatch,
} from '../../src/guest.ts';

/** Machines that run many tests at once answer late. */
const PATIENT = { timeout: 15_000 };

const opened: PatchStorage[] = [];
let patches = 0;

function open(): PatchStorage {
  const patch = patchStorage(`browser ${Math.random()} ${++patches}`);
  opened.push(patch);
  return patch;
}

afterEach(async () => {
  for (const patch of opened.splice(0)) {
    await patch.close();
    await deletePatchData(patch.id);
  }
  for (const frame of document.querySelectorAll('iframe')) frame.remove();
});

const databases = async (): Promise<(string | undefined)[]> => (await indexedDB.databases()).map(({ name }) => name);

test('a patch has a database of its own, which goes with its data', async () => {
  const patch = open();
  const name = `holdfast-patch:${patch.id}`;
  expect(await hasPatchData(patch.id)).toBe(false);
  expect(await databases()).not.toContain(name);
  await patch.node('n').kv.set('file', new File(['text'], 'a.txt'));
  await patch.node('n').db.insert('notes', { file: new Blob(['blob']) });
  expect([await hasPatchData(patch.id), (await databases()).includes(name)]).toEqual([true, true]);
  await patch.close();
  const again = patchStorage(patch.id);
  expect(await ((await again.node('n').kv.get('file')) as File).text()).toBe('text');
  const note = (await again.node('n').db.find('notes'))[0] as PatchDocument;
  expect(await (note.file as Blob).text()).toBe('blob');
  await again.close();
  await deletePatchData(patch.id);
  expect([await hasPatchData(patch.id), (await databases()).includes(name)]).toEqual([false, false]);
});

test('a patch that is deleted while it is open is empty, and takes new data', async () => {
  const patch = open();
  const { kv, db } = patch.node('n');
  await kv.set('k', 1);
  await db.insert('c', { n: 1 });
  await deletePatchData(patch.id);
  await expect.poll(() => db.count('c'), PATIENT).toBe(0);
  expect(await kv.keys()).toEqual([]);
  await kv.set('k', 2);
  await db.insert('c', { n: 2 });
  await patch.close();
  const again = patchStorage(patch.id, { storage: indexedDb() });
  expect([await again.node('n').kv.get('k'), await again.node('n').db.count('c')]).toEqual([2, 1]);
  await again.close();
});

test('a worker uses the patch of its page, Blobs too', async () => {
  const patch = open();
  const worker = new Worker(new URL('./patch-worker.ts', import.meta.url), { type: 'module' });
  const stop = servePatch(worker, patch, { node: 'worker' });
  await expect.poll(() => patch.node('worker').kv.get('done'), { timeout: 20_000 }).toBe('text');
  expect(await patch.node('worker').db.count('notes')).toBe(1);
  stop();
  worker.terminate();
});

/** A page in a frame that connects to this one; it says by messages what became of it. */
function openFrame(): HTMLIFrameElement {
  const frame = document.createElement('iframe');
  document.body.append(frame);
  return frame;
}

test('a frame connects from an origin that is allowed, and from no other one', async () => {
  const patch = open();
  const frame = openFrame();
  const allowed = servePatch(window, patch, { node: 'frame', origins: [location.origin], from: () => frame.contentWindow });
  // As the frame's own code would: its messages come from its window.
  const inFrame = frame.contentWindow as unknown as { eval(code: string): unknown };
  const { port1, port2 } = new MessageChannel();
  inFrame.eval('window.send = (port) => parent.postMessage({ holdfast: "connect" }, "*", [port])');
  (frame.contentWindow as unknown as { send(port: MessagePort): void }).send(port2);
  const client = connect(port1);
  await client.kv.set('k', 'from the frame');
  expect(await patch.node('frame').kv.get('k')).toBe('from the frame');
  allowed();
  await expect(client.kv.get('k')).rejects.toMatchObject({ code: 'CLOSED' });

  for (const options of [{}, { origins: ['https://elsewhere.example'] }, { origins: [location.origin], from: () => null }]) {
    const stop = servePatch(window, patch, { node: 'frame', ...options });
    const { port1: mine, port2: theirs } = new MessageChannel();
    (frame.contentWindow as unknown as { send(port: MessagePort): void }).send(theirs);
    const stranger = connect(mine, { deadlineMs: 300 });
    await expect(stranger.kv.get('k')).rejects.toMatchObject({ code: 'TIMEOUT' });
    stranger.close();
    stop();
  }
});

test('connect hands a port of its own to a page of the origin it names', async () => {
  const patch = open();
  const stop = servePatch(window, patch, { node: 'self', origins: [location.origin] });
  const client = connect(window, { origin: location.origin });
  await client.kv.set('k', 1);
  expect(await patch.node('self').kv.get('k')).toBe(1);
  client.close();
  stop();
});
