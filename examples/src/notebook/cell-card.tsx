import type { Document } from '@holdfast/core';
import { type JSX, useState } from 'react';
import type { Python } from './python.ts';
import { type Cell, store } from './state.ts';

const { cells } = store.collections;

export function CellCard({ cell, python }: { cell: Document<Cell>; python: Python | undefined }): JSX.Element {
  const [isRunning, setIsRunning] = useState(false);

  async function run(): Promise<void> {
    if (!python) return;
    setIsRunning(true);
    // Python holds the page while it runs: first of all, the button is shown as it is now.
    await new Promise((resolve) => setTimeout(resolve));
    const outcome = await python.run(cell.code);
    setIsRunning(false);
    await cells.update(cell._id, { $set: { ...outcome }, $inc: { runs: 1 } });
  }

  return (
    <li className="card cell">
      <textarea
        aria-label={`Cell ${cell.place + 1}`}
        spellCheck={false}
        value={cell.code}
        onChange={({ target }) => void cells.update(cell._id, { code: target.value })}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !event.shiftKey) return;
          event.preventDefault();
          void run();
        }}
      />
      <div className="actions">
        <button type="button" className="primary" disabled={!python || isRunning} onClick={run}>
          {isRunning ? 'Runs' : 'Run'}
        </button>
        <span className="hint">{cell.runs === 0 ? 'Shift + Enter' : `run ${cell.runs} ×`}</span>
        <button type="button" aria-label={`Delete cell ${cell.place + 1}`} onClick={() => void cells.delete(cell._id)}>
          Delete
        </button>
      </div>
      {cell.printed && (
        <output className={cell.failed ? 'printed failed' : 'printed'} aria-label={`Printed by cell ${cell.place + 1}`}>
          {cell.printed}
        </output>
      )}
    </li>
  );
}
