import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { followTheme } from '../theme.ts';
import { Counter } from './counter.tsx';
import { Notes } from './notes.tsx';
import { counterPatch, notesPatch, patch } from './patches.ts';
import { Usage } from './usage.tsx';

followTheme();
const [counter, notes] = [counterPatch(), notesPatch()];
createRoot(document.getElementById('app') as HTMLElement).render(
  <StrictMode>
    <div className="hero">
      <h1>A patch that stays</h1>
      <p className="try">
        Boxes that talk by messages. Their <code>kv</code> and <code>db</code> are one database of this patch: reload, or open it in{' '}
        <a href="./patcher.html" target="_blank" rel="noreferrer">
          a second tab
        </a>
        , and count in both.
      </p>
    </div>
    <div className="patches">
      <Counter {...counter} />
      <Notes {...notes} />
    </div>
    <Usage patch={patch} />
  </StrictMode>,
);
