import type { Group, Line, SceneLine } from '../src/group.ts';
import { documentContenders } from './document-contenders.ts';
import { documentScenes } from './document-scenes.ts';
import type { DocumentSubject } from './document-subject.ts';
import { documents, idOf } from './documents.ts';

const COUNTS = [1_000, 10_000, 100_000];
const COUNTS_OF_OURS = [500_000, 1_000_000];
const TAB_COUNT = 10_000;

const AMOUNTS: readonly Pick<SceneLine, 'amount' | 'title' | 'unit'>[] = [
  { amount: 'bulk', title: 'insert all, stored', unit: 'ms' },
  { amount: 'bulkTask', title: 'insert all: longest task', unit: 'ms' },
  { amount: 'coldAll', title: 'new process: open, a third of all, sorted', unit: 'ms' },
  { amount: 'task', title: 'new process: longest task of that', unit: 'ms' },
  { amount: 'coldFirst', title: 'new process: open, first 50 of a known live query', unit: 'ms' },
  { amount: 'again', title: 'the third of all again', unit: 'ms' },
  { amount: 'live', title: 'update → subscriber has a third of all', unit: 'ms' },
  { amount: 'liveFirst', title: 'update → subscriber has the first 50', unit: 'ms' },
  { amount: 'stored', title: 'update, stored', unit: 'ms' },
  { amount: 'put', title: 'one put, stored', unit: 'ms' },
  { amount: 'burst', title: '1000 puts at once, stored, each', unit: 'ms' },
  { amount: 'heap', title: 'heap with the third of all held', unit: 'bytes' },
];

const HOW = `Documents of about 170 bytes. The query is \`status = 'open'\` by \`date\`: all rows (a third of the documents) or the 50 latest. Every scene (insert; open and query all; open and query 50; heap) is a new process of the browser, on a profile of its own for each contender, number of documents and round, so here a ratio compares two processes of one round instead of two halves of one page. The number of rows of every result is checked. *Stored* is when the promise of the library says so. *Longest task* is the longest time in which the page could do nothing else: on a busy machine that includes other programs. Each contender has its best known set-up, in \`contenders/documents/\`. TinyBase gives ids, not documents. TanStack DB in memory stores nothing, and localStorage cannot hold 100 000 documents: those lines are missing.

*A known live query* was shown when the process before ended, and nothing has changed since: then its rows are known before the documents are read; where something has changed, the same rows are shown as still loading, and the result takes as long as *open, a third of all*.

What is missed and why. *Insert* and *open and query all*: nearly all of it is work of the page's own thread (copy, JSON, sort), while Dexie waits for the browser's process most of the time, so a machine without a free core hits Holdfast harder (the lines of 100 000 were measured at a load of 14 on two cores; at a load of 9 the insert was 17.6 times as fast as Dexie's): of 100 000 inserts Holdfast took 1.2 s of processor time with all that the scene does around them, Dexie 12 s. *Bytes*: the core of keys, IndexedDB, the log, the whole query language and live queries are one import.`;

const lines: readonly Line<DocumentSubject>[] = [
  ...[...COUNTS, ...COUNTS_OF_OURS].flatMap((count) =>
    AMOUNTS.map(
      ({ amount, title, unit }): SceneLine => ({
        id: `${amount}-${count}`,
        kind: 'scene',
        title: `${count.toLocaleString('en').replaceAll(',', ' ')}: ${title}`,
        amount,
        unit,
        count,
        ...(COUNTS_OF_OURS.includes(count) && { onlyOurs: true }),
      }),
    ),
  ),
  {
    id: 'tabs',
    kind: 'tabs',
    title: 'update in one tab, a subscriber in another has it, 10 000 documents (p50)',
    count: TAB_COUNT,
    fill: async (subject, count) => subject.followsTabs && subject.insertMany(subject.prepare?.(documents(count)) ?? documents(count)),
    send: (subject, value) => subject.update(idOf(0), { date: 1.8e12 + value, v: value }),
    watch(subject, listener) {
      return subject.followsTabs && subject.watch('first', (rows) => listener(rows.length > 0 ? subject.shown(rows[0]).v : undefined));
    },
  },
  { id: 'bytes', kind: 'bytes', title: 'bytes in a bundle, min+gzip' },
];

export const collections: Group<DocumentSubject> = {
  id: 'collections',
  title: 'Collections',
  how: HOW,
  contenders: documentContenders,
  lines,
  scenes: documentScenes,
  goals: [
    { line: 'bulk-10000', contender: 'dexie', atLeast: 20 },
    { line: 'bulk-100000', contender: 'dexie', atLeast: 20 },
    { line: 'coldAll-100000', contender: 'dexie', atLeast: 3 },
    { line: 'coldAll-100000', contender: 'rxdb', atLeast: 5 },
    { line: 'task-100000', ours: 'holdfast', atMost: 50 },
    { line: 'coldFirst-100000', contender: 'dexie', atLeast: 2 },
    { line: 'live-100000', ours: 'holdfast', atMost: 0.15 },
    { line: 'live-100000', contender: 'dexie', atLeast: 300 },
    { line: 'live-100000', contender: 'tanstack', atLeast: 300 },
    { line: 'liveFirst-100000', ours: 'holdfast', atMost: 0.05 },
    { line: 'liveFirst-100000', contender: 'tanstack', atLeast: 5 },
    { line: 'burst-10000', ours: 'holdfast', atMost: 0.03 },
    { line: 'burst-10000', contender: 'dexie', atLeast: 20 },
    { line: 'put-10000', contender: 'indexeddb', atLeast: 1 / 1.2 },
    { line: 'tabs', ours: 'holdfast', atMost: 1 },
    { line: 'tabs', ours: 'holdfast', atMost: 5, quantile: 'p95' },
    { line: 'bytes', ours: 'holdfast', atMost: 12_000 },
  ],
};
