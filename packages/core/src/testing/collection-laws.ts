import type { Collection } from '../collections/collection.ts';
import { dehydrate, type Snapshot } from '../collections/snapshot.ts';
import { memory } from '../drivers/memory.ts';
import { counting, same } from './binding-scene.ts';
import { type CollectionLaw, collectionLaw, countedNotes, type Note, type NoteQuery, neverLoading, openNotes } from './collection-scene.ts';
import { faultDriver } from './fault-driver.ts';

const BY_TITLE: NoteQuery = { sort: { title: 1 } };

/** What every binding of collections keeps, on every storage. */
export const collectionLaws: readonly CollectionLaw[] = [
  collectionLaw('the rows arrive when they are loaded, and follow every change', async ({ open, here, list, act, until }) => {
    await open(here()).insertMany([{ title: 'b' }, { title: 'a' }]);
    const notes = open(here());
    const mounted = list(notes, BY_TITLE);
    same(mounted.text(), '', 'the first paint');
    same(mounted.result().status, 'loading', 'the status');
    await until(() => mounted.text() === 'a,b', 'the stored rows');
    same(mounted.result().status, 'ready', 'the status');
    const id = await act(() => mounted.actions().insert({ title: 'c' }));
    same(mounted.text(), 'a,b,c', 'the text after an insert');
    same(mounted.result().total, 3, 'the total');
    await act(() => mounted.actions().update(id, { title: '0' }));
    same(mounted.text(), '0,a,b', 'the text after an update');
    await act(() => mounted.actions().remove(id));
    same(mounted.text(), 'a,b', 'the text after a removal');
  }),

  collectionLaw('an edit renders its row and no other', async ({ open, here, list, act, until }) => {
    const notes = open(here());
    const ids = await notes.insertMany([{ title: 'a' }, { title: 'b' }, { title: 'c' }]);
    const mounted = list(notes, BY_TITLE);
    await until(() => mounted.text() === 'a,b,c', 'the rows');
    const [a, b, c] = ids.map((id) => mounted.renders(id));
    await act(() => notes.update(ids[1] as string, { title: 'b2' }));
    same(mounted.text(), 'a,b2,c', 'the text');
    same(mounted.renders(ids[0] as string), a, 'renders of the row before');
    same(mounted.renders(ids[1] as string), (b as number) + 1, 'renders of the row');
    same(mounted.renders(ids[2] as string), c, 'renders of the row behind');
    await act(() => notes.update(ids[1] as string, { title: 'b2' }));
    same(mounted.renders(ids[1] as string), (b as number) + 1, 'renders after an equal update');
  }),

  collectionLaw('an equal query in another object is the same: it subscribes to nothing new', async ({ open, here, list, act, until }) => {
    const counted = countedNotes(open(here()));
    await counted.notes.insert({ title: 'a' });
    const mounted = list(counted.notes, { ...BY_TITLE, where: { title: { $in: ['a', 'b'] } } });
    await until(() => mounted.text() === 'a', 'the rows');
    const before = counted.subscriptions();
    const { insert, update, remove } = mounted.actions();
    await act(() => mounted.ask({ where: { title: { $in: ['a', 'b'] } }, ...BY_TITLE }));
    await act(() => counted.notes.insert({ title: 'b' }));
    same(mounted.text(), 'a,b', 'the text');
    same(counted.subscriptions(), before, 'subscriptions');
    same(mounted.actions().insert, insert, 'the function that inserts');
    same(mounted.actions().update, update, 'the function that updates');
    same(mounted.actions().remove, remove, 'the function that removes');
  }),

  collectionLaw('rows stay while another query is loading', async ({ open, here, list, act, until }) => {
    const notes = open(here());
    await notes.insertMany([{ title: 'a' }, { title: 'b', done: true }]);
    const mounted = list(
      neverLoading(notes, ({ where }) => where?.done === false),
      BY_TITLE,
    );
    await until(() => mounted.text() === 'a,b', 'the rows');
    await act(() => mounted.ask({ ...BY_TITLE, where: { done: false } }));
    same(mounted.text(), 'a,b', 'the text while the other one is loading');
    same(mounted.result().status, 'loading', 'the status');
    same(mounted.result().total, 2, 'the total');
    await act(() => mounted.ask({ ...BY_TITLE, where: { done: true } }));
    await until(() => mounted.text() === 'b', 'the rows of the third');
    same(mounted.result().status, 'ready', 'the status at the end');
  }),

  collectionLaw('loadMore grows the window, until another query is asked', async ({ open, here, list, act, until }) => {
    const notes = open(here());
    await notes.insertMany(['a', 'b', 'c', 'd', 'e'].map((title) => ({ title })));
    const mounted = list(notes, { ...BY_TITLE, limit: 2 });
    await until(() => mounted.text() === 'a,b', 'the first window');
    same(mounted.result().hasMore, true, 'more');
    await act(() => mounted.actions().loadMore());
    await until(() => mounted.text() === 'a,b,c,d', 'the second window');
    await act(() => mounted.actions().loadMore());
    await until(() => mounted.text() === 'a,b,c,d,e', 'the third window');
    same(mounted.result().hasMore, false, 'more at the end');
    await act(() => mounted.ask({ sort: { title: -1 }, limit: 2 }));
    await until(() => mounted.text() === 'e,d', 'the first window of another query');
  }),

  collectionLaw('after unmount no listener is left, in strict mode too, and one insert is one write', async (scene) => {
    const { storage, writes } = counting(scene.here());
    const counted = countedNotes(scene.open(storage));
    await counted.notes.find();
    const lists = [false, true].map((strict) => scene.list(counted.notes, BY_TITLE, { strict }));
    await scene.until(() => lists.every((mounted) => mounted.result().status === 'ready'), 'the rows');
    same(counted.listeners() > 0, true, 'a listener while mounted');
    const before = writes();
    await scene.act(() => lists[1]?.actions().insert({ title: 'a' }));
    same(writes() - before, 1, 'writes');
    same(lists.map((mounted) => mounted.text()).join(), 'a,a', 'the texts');
    await scene.act(() => {
      for (const mounted of lists) mounted.unmount();
    });
    await scene.act(() => counted.notes.insert({ title: 'b' }));
    same(counted.listeners(), 0, 'listeners after unmount');
  }),

  collectionLaw('a document follows its changes, and those of another one render nothing', async ({ open, here, one, act, until }) => {
    const counted = countedNotes(open(here()));
    const [first, second] = (await counted.notes.insertMany([{ title: 'a' }, { title: 'b' }])) as [string, string];
    const mounted = one(counted.notes, first);
    await until(() => mounted.text() === 'a', 'the document');
    const before = mounted.renders();
    await act(() => counted.notes.update(second, { title: 'b2' }));
    same(mounted.renders(), before, 'renders by another document');
    await act(() => counted.notes.update(first, { title: 'a2' }));
    same(mounted.text(), 'a2', 'the text');
    same(mounted.renders(), before + 1, 'renders');
    await act(() => counted.notes.delete(first));
    same(mounted.text(), '', 'the text when it is gone');
    await act(() => mounted.unmount());
    await act(() => counted.notes.insert({ title: 'c' }));
    same(counted.listeners(), 0, 'listeners after unmount');
  }),

  collectionLaw('edits of two tabs to two fields of one document both arrive', async ({ open, here, there, list, act, until }) => {
    const notes = open(here());
    const other = open(there());
    const id = await notes.insert({ title: 'a', done: false });
    await other.find();
    const mounted = list(notes, { where: { done: true } });
    await until(() => mounted.result().status === 'ready', 'the first result');
    await act(() => Promise.all([notes.update(id, { title: 'b' }), other.update(id, { done: true })]));
    await until(() => mounted.text() === 'b', 'both edits');
  }),

  collectionLaw('what storage refuses stays on the page, and the promise says so', async ({ open, here, list, act, until }) => {
    const faults = faultDriver(here());
    const mounted = list(open(faults.driver), BY_TITLE);
    await until(() => mounted.result().status === 'ready', 'the first result');
    faults.failAll('QUOTA');
    const code = await act(() =>
      mounted
        .actions()
        .insert({ title: 'a' })
        .then(String, (error) => error.code),
    );
    same(code, 'QUOTA', 'the code');
    same(mounted.text(), 'a', 'the text');
    faults.heal();
  }),

  collectionLaw('documents that cannot be read are an error, and arrive when they can', async ({ open, here, list, act, until }) => {
    const faults = faultDriver(here());
    await open(here()).insert({ title: 'a' });
    faults.failAll('UNAVAILABLE');
    const notes = open(faults.driver);
    const mounted = list(notes, BY_TITLE);
    await until(() => mounted.result().status === 'error', 'the error');
    same(mounted.result().error?.code, 'UNAVAILABLE', 'the code');
    faults.heal();
    await act(() => notes.find());
    await until(() => mounted.text() === 'a', 'the rows');
    same(mounted.result().error, undefined, 'the error at the end');
  }),

  collectionLaw('what a server has found is shown until the documents are loaded', async ({ open, here, list, until }) => {
    const server = openNotes('server', memory()).collections.notes;
    await server.insert({ title: 'from the server' });
    const snapshot = await dehydrate(server, BY_TITLE);
    const mounted = list(open(here()), BY_TITLE, { snapshot });
    same(mounted.text(), 'from the server', 'the first paint');
    await until(() => mounted.text() === '', 'what is here');
  }),
];

export interface CollectionServerLaw {
  readonly name: string;
  /** @param render Renders the list of titles as a server does, and returns its text. @throws {Error} when the binding breaks the law */
  run(render: (notes: Collection<Note>, query: NoteQuery, snapshot?: Snapshot) => string | Promise<string>): Promise<void>;
}

/** What every binding of collections keeps on a server. */
export const collectionServerLaws: readonly CollectionServerLaw[] = [
  {
    name: 'a server shows what the snapshot has of a query, and nothing of another one, whatever is stored',
    async run(render) {
      const { notes } = openNotes('server', memory()).collections;
      await notes.insertMany([{ title: 'a' }, { title: 'b', done: true }]);
      const snapshot: Snapshot = JSON.parse(JSON.stringify(await dehydrate(notes, BY_TITLE, { where: { done: true } })));
      same(await render(notes, BY_TITLE), '', 'the HTML without a snapshot');
      same(await render(notes, BY_TITLE, snapshot), 'a,b', 'the HTML');
      same(await render(notes, { where: { done: true } }, snapshot), 'b', 'the HTML of the other query');
      same(await render(notes, { limit: 1 }, snapshot), '', 'the HTML of what is not in it');
    },
  },
  {
    name: 'a render of a collection on a server touches no storage and leaves no listener',
    async run(render) {
      const faults = faultDriver(memory());
      const counted = countedNotes(openNotes('server', faults.driver).collections.notes);
      await render(counted.notes, BY_TITLE, {});
      same(faults.calls(), 0, 'calls');
      same(counted.subscriptions(), 0, 'subscriptions');
    },
  },
];
