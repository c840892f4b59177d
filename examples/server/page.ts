import { effect } from '@holdfast/core';
import { type Note, store } from './state.ts';

const { title, text, color, votes } = store.keys;
const { notes } = store.collections;
const find = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;

function bindText(field: HTMLInputElement | HTMLTextAreaElement, cell: typeof title): void {
  field.addEventListener('input', () => void cell.set(field.value));
  effect(() => {
    if (field.value !== cell.get()) field.value = cell.get();
  });
}

bindText(find<HTMLInputElement>('title'), title);
bindText(find<HTMLTextAreaElement>('text'), text);

for (const radio of document.querySelectorAll<HTMLInputElement>('input[name=color]')) {
  radio.addEventListener('change', () => void color.set(radio.value as 'paper'));
  effect(() => {
    radio.checked = color.get() === radio.value;
  });
}
effect(() => {
  document.body.dataset.color = color.get();
});

find('vote').addEventListener('click', () => void votes.update((count) => count + 1));
effect(() => {
  find('votes').textContent = `${votes.get()}`;
});

find<HTMLFormElement>('add').addEventListener('submit', (event) => {
  event.preventDefault();
  const field = find<HTMLInputElement>('note');
  void notes.insert({ text: field.value, by: document.body.dataset.name ?? '', done: false });
  field.value = '';
});

const list = notes.live({ sort: { _created: 1 } });
function show(): void {
  find('notes').replaceChildren(...list.get().data.map(rowOf));
}
list.subscribe(show);
show();

function rowOf({ _id, text, by, done }: Note & { _id: string }): HTMLElement {
  const row = document.createElement('li');
  const box = Object.assign(document.createElement('input'), { type: 'checkbox', checked: done });
  box.addEventListener('change', () => void notes.update(_id, { done: box.checked }));
  const label = document.createElement('label');
  label.append(box, text);
  const author = Object.assign(document.createElement('small'), { textContent: by });
  const remove = Object.assign(document.createElement('button'), { type: 'button', textContent: '×', ariaLabel: `Delete ${text}` });
  remove.addEventListener('click', () => void notes.delete(_id));
  row.append(label, author, remove);
  return row;
}

effect(() => {
  const states = [title, text, color, votes, notes].map(({ status }) => status.get());
  find('status').textContent = states.every(({ persistent }) => persistent) ? 'saved' : 'not saved yet';
});
addEventListener('online', showNetwork);
addEventListener('offline', showNetwork);
function showNetwork(): void {
  find('network').textContent = navigator.onLine ? 'online' : 'offline: changes wait on this device';
}
showNetwork();
