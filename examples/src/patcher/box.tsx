import { useObservable } from '@holdfast/react';
import type { JSX, ReactNode } from 'react';
import type { Outlet } from './wires.ts';

/** A box of the patch: what kind it is, its text, and what one can do with it. */
export function Box({ kind, text, children }: { kind: string; text: string; children?: ReactNode }): JSX.Element {
  return (
    <div className={`box ${kind}`}>
      <code>{text}</code>
      {children}
    </div>
  );
}

/** A wire, and the last message that has gone over it. */
export function Wire({ from, label }: { from: Outlet; label: string }): JSX.Element {
  const last = useObservable(from);
  const text = last === undefined ? '' : JSON.stringify(last);
  return (
    <div className="wire" key={text}>
      <output aria-label={label} title={text}>
        {text}
      </output>
    </div>
  );
}
