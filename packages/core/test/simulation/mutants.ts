/** A deliberate bug: one piece of the source, and what it becomes. */
export interface Mutant {
  readonly name: string;
  /** Below `src`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** One that has found it before, to save time. Any other will do. */
  readonly seed?: number;
}

export const mutants: readonly Mutant[] = [
  {
    name: 'acknowledges when the requests have succeeded, not when the transaction is complete',
    file: 'drivers/connection.ts',
    from: 'result = body(transaction, undo);',
    to: 'result = body(transaction, undo); setTimeout(() => resolve((result as () => T)()), 2);',
  },
  {
    name: 'does not call commit()',
    file: 'drivers/database.ts',
    from: 'if (!untouched && trims.length === 0) transaction.commit?.();',
    to: '',
  },
  {
    name: 'says strict and writes relaxed',
    file: 'drivers/connection.ts',
    from: 'handle.transaction(stores, mode, { durability })',
    to: 'handle.transaction(stores, mode)',
  },
  {
    name: 'does not open a connection again that has died',
    file: 'drivers/connection.ts',
    from: 'return /^(?:InvalidState|Unknown|Abort)Error$/.test(String((error as { name?: unknown } | null)?.name));',
    to: 'return !error;',
  },
  {
    name: 'lets a write that runs again come after a later one',
    file: 'drivers/connection.ts',
    from: "if (!database || (repeating && mode === 'readwrite'))",
    to: 'if (!database)',
  },
  {
    name: 'takes a log with gaps, or another one, for the whole',
    file: 'drivers/log-entries.ts',
    from: 'const isWhole = after !== undefined && found.length === head - after;',
    to: 'const isWhole = after !== undefined;',
  },
  {
    name: 'believes the sequence of a hint',
    file: 'follow.ts',
    from: 'if (sequence === seen) return;',
    to: "if (sequence === seen) return; if (typeof sequence === 'number') seen = Math.max(seen, sequence);",
  },
  {
    name: 'never looks by itself',
    file: 'follow.ts',
    from: 'if (ports.lifecycle.isVisible()) {',
    to: 'if (!ports) {',
  },
  {
    name: 'tells the others of what it has heard',
    file: 'follow.ts',
    from: 'const { head, keys } = history;',
    to: 'const { head, keys } = history; if (keys?.length) bus?.post({ sequence: head, keys });',
  },
  {
    name: 'takes its own commit for the next one whatever lies between',
    file: 'follow.ts',
    from: 'if (Math.max(sequence, heard) > seen) void catchUp();',
    to: 'seen = Math.max(seen, sequence);',
  },
  {
    name: 'echo: writes back what it has read',
    file: 'keys/persist.ts',
    from: 'else settle(raw, version);',
    to: 'else { settle(raw, version); out.change(raw !== undefined, true); home.writer.add(self); }',
  },
  {
    name: 'last arrival wins: what was read replaces what waits to be written',
    file: 'keys/persist.ts',
    from: 'if (!hasRead() || out.isDirty()) return;',
    to: 'if (!hasRead()) return; settle(raw, version); return;',
  },
  {
    name: 'does not read again after a write under way',
    file: 'keys/persist.ts',
    from: 'if (out.isBusy() || lastChange > clock) void self.reread();',
    to: 'if (out.isBusy() || lastChange > clock) return;',
  },
  {
    name: 'writes before the first read has settled',
    file: 'keys/persist.ts',
    from: 'if (hasRead()) home.writer.add(self);',
    to: 'out.change(isPresent, true); if (hasRead() || home.writer.add(self) === undefined) home.writer.add(self);',
  },
  {
    name: 'forgets what was set before the first read',
    file: 'keys/persist.ts',
    from: 'for (const change of replay) outcome = accept(change);',
    to: '',
  },
  {
    name: 'reads a second time while the first read is under way, and takes both',
    file: 'keys/persist.ts',
    from: "phase === 'reading' || ",
    to: '',
  },
  {
    name: 'tells of a value that is equal',
    file: 'keys/persist.ts',
    from: 'if (equal(before, value.get())) value.set(before);',
    to: '',
  },
  {
    name: 'shows the default for what cannot be read, and writes over it',
    file: 'keys/reading.ts',
    from: "return {\n      state: 'error',",
    to: "if (raw !== null) return { state: 'absent' };\n    return {\n      state: 'error',",
  },
  {
    name: 'says that a failed write is saved',
    file: 'keys/outgoing.ts',
    from: 'settle(home.refuse(error, name));',
    to: 'settle(SAVED);',
  },
  {
    name: 'does not try a failed write again',
    file: 'errors.ts',
    from: 'return /^(?:QUOTA|UNAVAILABLE|TIMEOUT|LOCKED)$/.test(error.code);',
    to: 'return !error.code;',
  },
  {
    name: 'update does not compare before it sets',
    file: 'keys/fresh-updates.ts',
    from: '{ checks: [{ key: path, version: entry?.version }] }',
    to: '{}',
  },
  {
    name: 'waits for a microtask before it writes',
    file: 'home/writer.ts',
    from: 'const options = optionsOf(writes);',
    to: 'await undefined; const options = optionsOf(writes);',
  },
  {
    name: 'keeps what waits for its delay when the page is hidden',
    file: 'home/writer.ts',
    from: 'due.add(cell);\n      }\n      delayed.clear();',
    to: '}\n      delayed.clear();',
  },
  {
    name: 'writes again what was refused once and stored since',
    file: 'home/writer.ts',
    from: 'if (!cell.isBusy()) continue;',
    to: '',
  },
  {
    name: 'takes no notes',
    file: 'drivers/tab-journal.ts',
    from: 'notes.set(key, [atMs, value]);',
    to: 'notes.delete(key);',
  },
  {
    name: 'replays a note whatever was written since',
    file: 'drivers/log-entries.ts',
    from: '(entries[0]?.atMs ?? 0) > atMs || entries.some((entry) => entry.atMs >= atMs && entry.keys.includes(key)) ? undefined : head',
    to: 'head',
  },
  {
    name: 'takes no notes of what waits for its first read',
    file: 'notes.ts',
    from: 'note(work(), undefined, true)',
    to: 'note(work())',
  },
  {
    name: 'trims more of the log than the checkpoint contains',
    file: 'collections/checkpoint.ts',
    from: "{ type: 'trim', key: path, sequence: next.at }",
    to: "{ type: 'trim', key: path, sequence: next.at + 3 }",
  },
  {
    name: 'writes a checkpoint into a database that has taken the place of another one',
    file: 'collections/compaction.ts',
    from: 'untouched: { keys: [key], after: at },',
    to: '',
  },
  {
    name: 'writes a checkpoint over one that it has not seen',
    file: 'collections/compaction.ts',
    from: 'checks: [{ key, version: oldVersion }], untouched: { keys: [key], after: at },',
    to: '',
  },
  {
    name: 'counts a batch twice that is committed twice',
    file: 'collections/replica.ts',
    from: 'else if (!log.knows(nameOf(each))) {',
    to: 'else {',
  },
  {
    name: 'an update by a function holds whatever others have written',
    file: 'collections/outbox.ts',
    from: 'untouched: isConditional ? { keys: [path], after: head() } : undefined,',
    to: 'untouched: undefined,',
  },
  {
    name: 'does not make a change again that others have come before',
    file: 'collections/derive-again.ts',
    from: 'const first = waiting.findIndex(({ derivation }) => derivation?.isStale());',
    to: 'const first = -1;',
  },
  {
    name: 'leaves half of a transaction behind where something was too large before',
    file: 'collections/derive-again.ts',
    from: 'if (cell.waiting?.().some(({ derivation }) => derivation)) takeAll();',
    to: '{}',
  },
  {
    name: 'does not lay its own changes on top of those of others',
    file: 'collections/mirror.ts',
    from: 'for (const change of changes.changes) settle(change, changes);\n      for (const [id] of changes.changes) if (bases.has(id)) rebase(id);',
    to: 'for (const change of changes.changes) settle(change, changes);',
  },
  {
    name: 'shows for ever what it has written into a database that is gone',
    file: 'collections/outbox.ts',
    from: 'dropUnplaced: () => unplaced.forEach(discard),',
    to: 'dropUnplaced() {},',
  },
  {
    name: 'waits for ever for what another tab has taken over',
    file: 'collections/outbox.ts',
    from: 'rest();\n      return outstanding.delete(item.number);',
    to: 'return outstanding.delete(item.number);',
  },
  {
    name: 'does not read again where the log was trimmed meanwhile',
    file: 'collections/replica.ts',
    from: 'if (!checkpoint || checkpoint.at > Math.max(at, after)) return read(false);',
    to: 'if (!checkpoint) return read(false);',
  },
];
