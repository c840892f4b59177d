import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { followTheme } from '../theme.ts';
import { PlugInCard } from './plug-in-card.tsx';
import { type PlugIn, samples } from './state.ts';

followTheme();
// What a plug-in must not see.
localStorage.setItem('secret', 'of the page');
createRoot(document.getElementById('app') as HTMLElement).render(
  <StrictMode>
    <div className="hero">
      <h1>Plug-ins, each with a place of its own</h1>
      <p className="try">
        Programs in QuickJS, a JavaScript inside WebAssembly: they have no window and no network, only the storage that the page gives each
        of them. Change the code and run it; what it has stored stays, and so does the code.
      </p>
    </div>
    <div className="columns">
      {(Object.keys(samples) as PlugIn[]).map((name) => (
        <PlugInCard key={name} name={name} />
      ))}
    </div>
  </StrictMode>,
);
