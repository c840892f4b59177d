// Vitest's global setup of the project `servers`: one server of each kind for the whole run. What is not here is told by the tests.
import type { TestProject } from 'vitest/node';
import { findServers } from './find-servers.mjs';
import { type ServerName, startServer, type TestServer } from './servers.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    servers: Partial<Record<ServerName, string>>;
  }
}

let started: [ServerName, TestServer][] = [];

export async function setup({ provide }: TestProject): Promise<void> {
  const found = findServers();
  const names = (['redis', 'postgres', 'etcd'] as const).filter((name) => found[name]);
  started = await Promise.all(names.map(async (name) => [name, await startServer(name)] as [ServerName, TestServer]));
  provide('servers', Object.fromEntries(started.map(([name, { url }]) => [name, url])));
}

export async function teardown(): Promise<void> {
  await Promise.all(started.map(([, server]) => server.stop()));
}
