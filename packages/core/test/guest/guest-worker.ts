import type { Program } from './programs.ts';

// A guest as Edge Python's is: it knows the names of its calls, and nothing of who answers.
let calls = 0;

function call(module: string, name: string, args: readonly unknown[]): Promise<{ value?: unknown; error?: string }> {
  const reqId = ++calls;
  return new Promise((resolve) => {
    const hear = ({ data }: MessageEvent): void => {
      if (data?.type !== 'host-call-response' || data.reqId !== reqId) return;
      self.removeEventListener('message', hear);
      resolve(data);
    };
    self.addEventListener('message', hear);
    self.postMessage({ type: 'host-call', reqId, module, name, args });
  });
}

self.addEventListener('message', async ({ data }: MessageEvent) => {
  if (data?.type !== 'run') return;
  const programs = data.programs as readonly Program[];
  const answers: unknown[][] = [];
  for (const [index, [, lines]] of programs.entries()) {
    const own: unknown[] = [];
    for (const [name, args] of lines) {
      const { value, error } = await call(`storage ${index}`, name, args);
      own.push(error === undefined ? (value ?? null) : { error });
    }
    answers.push(own);
  }
  self.postMessage({ type: 'ran', answers });
});
