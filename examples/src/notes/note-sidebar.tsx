import { useAggregate, useObservable, usePersisted } from '@holdfast/react';
import { type JSX, useState } from 'react';
import { generate } from './generate.ts';
import { shows, steps, store } from './state.ts';
import { download, upload } from './transfer.ts';

const MANY = 100_000;

export function NoteSidebar(): JSX.Element {
  const [view, setView] = usePersisted('view');
  return (
    <aside className="card sidebar" aria-label="Filters">
      <input
        type="search"
        aria-label="Search"
        placeholder="Search  /"
        value={view.search}
        onChange={({ target }) => setView((before) => ({ ...before, search: target.value }))}
      />
      <div className="segments">
        {shows.map((show) => (
          <label key={show}>
            <input type="radio" name="show" checked={view.show === show} onChange={() => setView((before) => ({ ...before, show }))} />
            {show}
          </label>
        ))}
      </div>
      <Tags chosen={view.tag} onChoose={(tag) => setView((before) => ({ ...before, tag }))} />
      <Done />
      <Tools />
    </aside>
  );
}

/** A chart that is a filter: how many notes each tag has, live. */
function Tags({ chosen, onChoose }: { chosen: string | null; onChoose: (tag: string | null) => void }): JSX.Element {
  const tags = useAggregate('notes', { by: 'tags' }).data.filter(({ key }) => key !== null);
  const most = Math.max(1, ...tags.map(({ count }) => count));
  return (
    <fieldset className="tags">
      <legend>Tags</legend>
      {tags.map(({ key: tag, count }) => (
        <button key={tag} type="button" aria-pressed={tag === chosen} onClick={() => onChoose(tag === chosen ? null : tag)}>
          <i style={{ width: `${(100 * count) / most}%` }} />
          <span>{tag}</span>
          <small>{count.toLocaleString('en')}</small>
        </button>
      ))}
    </fieldset>
  );
}

function Done(): JSX.Element {
  const groups = useAggregate('notes', { by: 'done' }).data;
  const of = (isDone: boolean): number => groups.find(({ key }) => key === isDone)?.count ?? 0;
  const all = Math.max(1, of(true) + of(false));
  return (
    <div className="progress">
      <i style={{ width: `${(100 * of(true)) / all}%` }} />
      <span>
        {of(true).toLocaleString('en')} done, {of(false).toLocaleString('en')} open
      </span>
    </div>
  );
}

function Tools(): JSX.Element {
  const canUndo = useObservable(steps.canUndo);
  const canRedo = useObservable(steps.canRedo);
  const [made, setMade] = useState<number>();
  async function fill(): Promise<void> {
    setMade(0);
    await generate(MANY, setMade);
    setMade(undefined);
  }
  return (
    <div className="tools">
      <button type="button" disabled={!canUndo} onClick={steps.undo}>
        Undo
      </button>
      <button type="button" disabled={!canRedo} onClick={steps.redo}>
        Redo
      </button>
      <button type="button" onClick={download}>
        Export
      </button>
      <label className="button">
        Import
        <input type="file" aria-label="Import" onChange={({ target }) => upload(target.files?.[0])} />
      </label>
      <button type="button" className="wide" disabled={made !== undefined} onClick={fill}>
        {made === undefined ? 'Generate 100,000' : `${made.toLocaleString('en')} …`}
      </button>
      <button type="button" className="wide danger" onClick={() => store.collections.notes.drop()}>
        Delete all
      </button>
    </div>
  );
}
