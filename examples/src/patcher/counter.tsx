import { useObservable } from '@holdfast/react';
import type { JSX } from 'react';
import { Box, Wire } from './box.tsx';
import type { counterPatch } from './patches.ts';

export function Counter({ button, stored, plusOne, shown }: ReturnType<typeof counterPatch>): JSX.Element {
  const last = useObservable(shown) as { value?: unknown } | undefined;
  return (
    <section className="card patch" aria-labelledby="counter-title">
      <header>
        <h2 id="counter-title">Counter</h2>
        <code className="source">kvObject()</code>
      </header>
      <Box kind="control" text="button">
        <button type="button" className="primary" onClick={() => button.send({ type: 'get', key: 'count' })}>
          Count
        </button>
      </Box>
      <Wire from={button} label="From the button" />
      <Box kind="object" text="kv counter" />
      <Wire from={stored} label="From kv" />
      <Box kind="control" text="+ 1, back into kv" />
      <Wire from={plusOne} label="From + 1" />
      <Box kind="object" text="kv counter, subscribed" />
      <Wire from={shown} label="From the second kv" />
      <Box kind="control" text="number">
        <output aria-label="Number">{String(last?.value ?? 0)}</output>
      </Box>
    </section>
  );
}
