'use client';

import * as React from 'react';
import * as ReactDOM from 'react-dom';

/**
 * Leaves the component to the browser: the server sends the fallback of the `Suspense` above it, and the first thing that is painted
 * in its place has the stored value. Before React 19.3 it does nothing: the server sends the default.
 */
export function useBrowser(reason = 'what is stored is known in the browser'): void {
  if ('browser' in ReactDOM) React.use(ReactDOM.browser(reason));
}
