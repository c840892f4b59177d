import { dbObject, kvObject, patchStorage } from '@holdfast/core/guest';
import { outlet } from './wires.ts';

export const patch = patchStorage('holdfast-example');

/** Button → kv → + 1 → the same kv; a second kv object that names the same store tells the number. */
export function counterPatch() {
  const [button, stored, plusOne, shown] = [outlet(), outlet(), outlet(), outlet()];
  const kv = kvObject({ patch, node: 'count', store: 'counter', send: stored.send });
  const display = kvObject({ patch, node: 'show', store: 'counter', send: shown.send });
  button.wire(kv.receive);
  stored.wire((message) => {
    const { type, value } = message as { type: string; value: unknown };
    if (type === 'get') plusOne.send({ type: 'set', key: 'count', value: Number(value ?? 0) + 1 });
  });
  plusOne.wire(kv.receive);
  void display.receive({ type: 'subscribe', key: 'count' });
  void display.receive({ type: 'get', key: 'count' });
  return { button, stored, plusOne, shown };
}

/** Text → db; a second db object with the same store keeps the list, whoever has written: it speaks `op`. */
export function notesPatch() {
  const [text, written, listed] = [outlet(), outlet(), outlet()];
  const db = dbObject({ patch, node: 'write', store: 'notes', send: written.send });
  const list = dbObject({ patch, node: 'list', store: 'notes', send: listed.send });
  text.wire(db.receive);
  void list.receive({ op: 'subscribe', collection: 'notes', sort: { _created: -1 } });
  return { text, written, listed };
}
