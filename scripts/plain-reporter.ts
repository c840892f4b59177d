import type { Reporter, SerializedError, TestModule } from 'vitest/node';
import { findBrowsers } from './browsers.mjs';
import { findServers } from './find-servers.mjs';

/** Ends the run with two lines that any machine can read: which projects ran and which engine or server is missing, then `26 passed, 0 failed, 0 skipped`. */
export default class PlainReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const total = { passed: 0, failed: unhandled.length, skipped: 0, pending: 0 };
    const ran = new Map<string, number>();
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        total[state]++;
        if (state !== 'skipped') ran.set(module.project.name, (ran.get(module.project.name) ?? 0) + 1);
      }
      // A file that does not load has no tests, only errors.
      if (module.state() === 'failed' && module.errors().length > 0) total.failed++;
    }
    const found = findBrowsers();
    const engines = { chromium: found.chromium, firefox: found.firefox, webkit: found.webkit || found.webkitgtk, ...findServers() };
    const missing = Object.entries(engines).flatMap(([name, here]) => (here ? [] : [name]));
    const counts = [...ran].map(([name, count]) => `${name} (${count})`).join(', ');
    console.log(`\nran: ${counts || 'nothing'}; not on this machine: ${missing.join(', ') || 'nothing'}`);
    console.log(`${total.passed} passed, ${total.failed + total.pending} failed, ${total.skipped} skipped`);
  }
}
