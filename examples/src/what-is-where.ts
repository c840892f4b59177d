import { effect, type KeyStatus, type Persisted } from '@holdfast/core';
import { describe } from './describe.ts';

/** A row of the table, kept up to date: the core alone, without a framework. */
export function keyRow(persisted: Shown, driver: string): HTMLTableRowElement {
  const row = document.createElement('tr');
  const [name, where, state, stored, value, actions] = ['Key', 'Lives in', 'State', 'Stored', 'Value', ''].map((label) => {
    const cell = row.insertCell();
    cell.dataset.label = label;
    return cell;
  }) as [Cell, Cell, Cell, Cell, Cell, Cell];

  const code = document.createElement('code');
  code.textContent = persisted.name;
  name.append(code);
  where.textContent = driver;
  const reset = document.createElement('button');
  reset.textContent = 'Reset';
  reset.setAttribute('aria-label', `Reset ${persisted.name}`);
  reset.onclick = () => persisted.reset();
  actions.append(reset);

  effect(() => {
    const status = persisted.status.get();
    state.replaceChildren(badge(status.error?.code ?? status.state, status.error ? 'bad' : status.state === 'ready' ? 'good' : 'busy'));
    state.title = status.error?.message ?? '';
    stored.replaceChildren(badge(...storedBadge(status)));
    value.textContent = describe(persisted.get());
  });
  return row;
}

/** What a row needs of a key of any type. */
type Shown = Pick<Persisted<unknown>, 'name' | 'get' | 'status' | 'reset'>;
type Cell = HTMLTableCellElement;
type Tone = 'good' | 'bad' | 'busy';

function storedBadge({ pending, persistent, capability }: KeyStatus): [text: string, tone: Tone] {
  if (pending) return ['pending', 'busy'];
  if (!persistent) return ['in memory only', 'bad'];
  return [capability === 'durable' ? 'persistent' : capability, 'good'];
}

function badge(text: string, tone: Tone): HTMLElement {
  const span = document.createElement('span');
  span.className = `badge ${tone}`;
  span.textContent = text;
  return span;
}
