import type { Files } from '@holdfast/core/files';
import { useObservable } from '@holdfast/react';
import { type JSX, useMemo, useState } from 'react';

const STATES = { loading: 'busy', ready: 'good', 'read-only': 'busy', error: 'bad', closed: 'bad' } as const;

/** What Python has in `/data` at this moment. */
export function FileList({ files }: { files: Files }): JSX.Element {
  const found = useObservable(useMemo(() => files.watch('/data/**'), [files]));
  const { state, pending, error } = useObservable(files.status);
  const [path, setPath] = useState<string>();
  return (
    <section className="card files" aria-labelledby="files-title">
      <header>
        <h2 id="files-title">/data</h2>
        <span className={`badge ${STATES[state]}`}>{error ? error.code : pending ? 'saving' : state}</span>
      </header>
      {state === 'read-only' && (
        <p className="hint">Another tab runs this notebook. Its files show here; this one takes over when it ends.</p>
      )}
      <ul aria-label="Files">
        {found.map((info) => (
          <li key={info.path}>
            <button type="button" aria-pressed={info.path === path} onClick={() => setPath(info.path)}>
              <code>{info.path.slice('/data/'.length)}</code>
              <span>{info.kind === 'directory' ? 'folder' : `${info.size.toLocaleString('en')} B`}</span>
            </button>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="hint">No files yet: run the first cell.</p>}
      {path && <Preview files={files} path={path} />}
    </section>
  );
}

function Preview({ files, path }: { files: Files; path: string }): JSX.Element {
  const bytes = useObservable(useMemo(() => files.file(path), [files, path]));
  const text = useMemo(() => (bytes ? new TextDecoder().decode(bytes.subarray(0, 2_000)).replace(/[^\x20-\x7e\n]/g, '·') : ''), [bytes]);
  return (
    <output className="printed" aria-label={`Contents of ${path}`}>
      {bytes ? text : 'It is gone.'}
    </output>
  );
}
