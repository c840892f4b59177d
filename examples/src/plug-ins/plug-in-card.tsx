import { usePersisted } from '@holdfast/react';
import { type JSX, useState } from 'react';
import { type Outcome, runPlugIn } from './sandbox.ts';
import { type PlugIn, store } from './state.ts';

export function PlugInCard({ name }: { name: PlugIn }): JSX.Element {
  const [code, setCode, { reset }] = usePersisted(store.keys.code(name));
  const [outcome, setOutcome] = useState<Outcome>();
  const [isRunning, setIsRunning] = useState(false);

  async function run(): Promise<void> {
    setIsRunning(true);
    setOutcome(await runPlugIn(name, code));
    setIsRunning(false);
  }

  return (
    <section className="card plug-in" aria-label={name}>
      <header>
        <h2>{name}</h2>
        <code className="source">hostStorage()</code>
      </header>
      <textarea aria-label={`Code of ${name}`} spellCheck={false} value={code} onChange={({ target }) => setCode(target.value)} />
      <div className="actions">
        <button type="button" className="primary" disabled={isRunning} onClick={run}>
          Run
        </button>
        <button type="button" onClick={() => reset()}>
          First version
        </button>
      </div>
      <output className="printed" aria-label={`Printed by ${name}`}>
        {outcome ? outcome.printed.join('\n') : 'Not run yet.'}
        {outcome?.error && <span className="failed">{`\n${outcome.error}`}</span>}
      </output>
    </section>
  );
}
