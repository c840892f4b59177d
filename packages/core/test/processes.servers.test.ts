import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { describe, expect, inject, test } from 'vitest';
import { type ServerName, startServer } from '../../../scripts/servers.ts';
import { newSpace } from './server-laws.ts';

interface Writer {
  readonly child: ChildProcess;
  /** The last that was acknowledged. */
  sent: number;
  counted: number;
  readonly docs: string[];
  readonly lags: number[];
  readonly docLags: number[];
  said(text: string): Promise<void>;
  see(): Promise<string>;
}

function startWriter(engine: string, url: string, space: string, name: string): Writer {
  const script = new URL('./shared-writer.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--no-warnings', script, engine, url, space, name], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const writer: Writer = {
    child,
    sent: 0,
    counted: 0,
    docs: [],
    lags: [],
    docLags: [],
    async said(text) {
      // Before the test's own deadline, which would leave the processes behind.
      const late = setTimeout(() => child.kill('SIGKILL'), 60_000);
      while (!lines.some((line) => line.startsWith(text))) {
        if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${name} ended before it said "${text}"`);
        await new Promise<void>((resolve) => waiting.add(resolve));
      }
      clearTimeout(late);
    },
    async see() {
      lines.length = 0;
      child.stdin?.write('read\n');
      await this.said('see ');
      return lines.find((line) => line.startsWith('see ')) as string;
    },
  };
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    const [what, value] = line.split(' ');
    if (what === 'set') writer.sent = Number(value);
    else if (what === 'count') writer.counted = Number(value);
    else if (what === 'lag') writer.lags.push(Number(value));
    else if (what === 'doclag') writer.docLags.push(Number(value));
    else if (what === 'doc') writer.docs.push(value as string);
    else lines.push(line);
    for (const wake of waiting) wake();
    waiting.clear();
  });
  child.once('exit', () => {
    for (const wake of waiting) wake();
  });
  return writer;
}

/** What a process sees at last. */
interface Seen {
  readonly counts: Readonly<Record<string, number>>;
  readonly sent: readonly number[];
  readonly docs: readonly string[];
  readonly totals: Readonly<Record<string, number>>;
}

const pause = (ms: number): Promise<void> => new Promise((resume) => setTimeout(resume, ms));

function percentile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
}

function summary(what: string, lags: readonly number[]): string {
  return `${lags.length} changes of ${what} seen by others, after p50 ${percentile(lags, 0.5)} ms, p95 ${percentile(lags, 0.95)} ms`;
}

describe.each<ServerName>(['redis', 'postgres', 'etcd'])('%s', (engine) => {
  test.skipIf(!inject('servers')[engine])(
    'of four processes, killed and begun anew, with a server that crashes, nothing acknowledged is lost, and all agree',
    async () => {
      const server = await startServer(engine);
      const space = newSpace();
      const names = ['w0', 'w1', 'w2', 'w3'];
      const start = (name: string) => startWriter(engine, server.url, space, name);
      const writers = new Map(names.map((name) => [name, start(name)]));
      /** What was acknowledged to each name, by whichever of its processes. */
      const acknowledged = new Map(names.map((name) => [name, { sent: 0, counted: 0 }]));
      const docs = new Set<string>();
      const lags: number[] = [];
      const docLags: number[] = [];
      const note = (name: string, writer: Writer): void => {
        const { sent, counted } = writer;
        const before = acknowledged.get(name) as { sent: number; counted: number };
        acknowledged.set(name, { sent: Math.max(before.sent, sent), counted: Math.max(before.counted, counted) });
        for (const id of writer.docs) docs.add(id);
        lags.push(...writer.lags);
        docLags.push(...writer.docLags);
      };
      try {
        await Promise.all(Array.from(writers.values(), (writer) => writer.said('ready')));
        await pause(1_000);
        for (const name of ['w0', 'w1']) {
          const killed = writers.get(name) as Writer;
          killed.child.kill('SIGKILL');
          await new Promise((resolve) => killed.child.once('exit', resolve));
          await pause(50);
          note(name, killed);
          writers.set(name, start(name));
        }
        await pause(500);
        await server.crash();
        await pause(300);
        await server.restart();
        await Promise.all(['w0', 'w1'].map((name) => (writers.get(name) as Writer).said('ready')));
        await pause(1_500);

        for (const writer of writers.values()) writer.child.stdin?.write('end\n');
        await Promise.all(Array.from(writers.values(), (writer) => writer.said('ended')));
        for (const [name, writer] of writers) note(name, writer);

        const seen = async () => new Set(await Promise.all(Array.from(writers.values(), (writer) => writer.see())));
        await expect.poll(async () => (await seen()).size, { timeout: 30_000 }).toBe(1);
        const found = JSON.parse([...(await seen())][0]?.slice(4) as string) as Seen;
        const { counts, sent, totals } = found;
        for (const [index, name] of names.entries()) {
          const known = acknowledged.get(name) as { sent: number; counted: number };
          // One may have taken effect without an answer, when its process was killed.
          expect(sent[index]).toBeGreaterThanOrEqual(known.sent);
          expect(counts[name]).toBeGreaterThanOrEqual(known.counted);
          expect(counts[name]).toBeLessThanOrEqual(known.counted + 1);
          expect(known.counted).toBeGreaterThan(0);
        }
        const ids = found.docs.map((doc) => doc.split(' ')[0] as string);
        expect(new Set(ids).size).toBe(ids.length);
        for (const id of docs) expect(ids).toContain(id);
        // What a document and the sum of its writer say was one commit: of the two that were killed one each may be without an answer.
        for (const name of names) expect(totals[name]).toBe(ids.filter((id) => id.startsWith(name)).length);
        expect(ids.length - docs.size).toBeLessThanOrEqual(2);
        console.log(`${engine}, a crash of the server included: ${summary('keys', lags)}, ${summary('documents', docLags)}`);
      } finally {
        for (const { child } of writers.values()) child.kill('SIGKILL');
        await server.stop();
      }
    },
    120_000,
  );
});
