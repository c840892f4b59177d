import type { JSX, ReactNode } from 'react';

/** A part that folds. The store alone says whether it is open. */
export function Panel(props: { title: string; isOpen: boolean; onToggle: () => void; children: ReactNode }): JSX.Element {
  return (
    <div className="panel">
      <button type="button" className="fold" aria-expanded={props.isOpen} onClick={props.onToggle}>
        {props.title}
      </button>
      {props.isOpen && props.children}
    </div>
  );
}
