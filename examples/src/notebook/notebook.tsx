import { useCollection } from '@holdfast/react';
import { type JSX, useEffect, useState } from 'react';
import { CellCard } from './cell-card.tsx';
import { FileList } from './file-list.tsx';
import { type Python, startPython } from './python.ts';
import { addCell, samples, store } from './state.ts';

const { cells } = store.collections;
/** Once a page, also where React renders twice. */
let starting: Promise<Python> | undefined;

export function Notebook(): JSX.Element {
  const { data, status } = useCollection(cells, { sort: { place: 1 } });
  const [python, setPython] = useState<Python>();
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    starting ??= startPython();
    starting.then(setPython, (error: Error) => setFailure(error.message));
  }, []);
  const next = (data.at(-1)?.place ?? -1) + 1;
  return (
    <div className="notebook">
      <section aria-label="Notebook">
        <ol className="cells">
          {data.map((cell) => (
            <CellCard key={cell._id} cell={cell} python={python} />
          ))}
        </ol>
        <div className="actions">
          <button type="button" onClick={() => void addCell('', next)}>
            Add a cell
          </button>
          {status === 'ready' && data.length === 0 && (
            <button type="button" className="primary" onClick={() => samples.forEach((code, index) => void addCell(code, index))}>
              Begin with three cells
            </button>
          )}
        </div>
      </section>
      {python ? (
        <FileList files={python.files} />
      ) : (
        <section className="card files">
          <p className={failure ? 'hint bad' : 'hint'}>{failure ?? 'Python starts …'}</p>
        </section>
      )}
    </div>
  );
}
