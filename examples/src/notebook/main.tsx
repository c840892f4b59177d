import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { followTheme } from '../theme.ts';
import { Notebook } from './notebook.tsx';

followTheme();
createRoot(document.getElementById('app') as HTMLElement).render(
  <StrictMode>
    <div className="hero">
      <h1>Python that stays</h1>
      <p className="try">
        Python in this page. Its files, databases and variables are stored when they change: run the cells, reload, kill the browser, run
        them again.
      </p>
    </div>
    <Notebook />
  </StrictMode>,
);
