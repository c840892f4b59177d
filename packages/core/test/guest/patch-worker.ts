import { connect, type GuestPort, type PatchDocument } from '../../src/guest.ts';

const { kv, db } = connect(self as unknown as GuestPort);

await kv.set('file', new Blob(['text']));
const file = (await kv.get('file')) as Blob;
await db.insert('notes', { text: await file.text(), file });
const note = (await db.find('notes'))[0] as PatchDocument;
await kv.set('done', await (note.file as Blob).text());
