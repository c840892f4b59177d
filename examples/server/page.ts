import { effect } from '@holdfast/core';
import { store } from './state.ts';

const { title, text, color, votes } = store.keys;
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

effect(() => {
  const states = [title, text, color, votes].map(({ status }) => status.get());
  find('status').textContent = states.every(({ persistent }) => persistent) ? 'saved' : 'not saved yet';
});
addEventListener('online', show);
addEventListener('offline', show);
function show(): void {
  find('network').textContent = navigator.onLine ? 'online' : 'offline: changes wait on this device';
}
show();
