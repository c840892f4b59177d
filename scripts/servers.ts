// Throw-away Redis, PostgreSQL and etcd on loopback: free ports, temporary folders. What is acknowledged survives a kill of the
// server, not a loss of power: nothing is synced to disk.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findServers } from './find-servers.mjs';

export type ServerName = 'redis' | 'postgres' | 'etcd';

export interface TestServer {
  readonly url: string;
  /** SIGKILL, and the same data again on the same port. */
  crash(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

interface Account {
  uid?: number;
  gid?: number;
}

interface Plan {
  readonly command: string;
  readonly args: readonly string[];
  readonly signal: NodeJS.Signals;
  readonly url: string;
}

const env = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', TZ: 'UTC' };

const plans: Record<ServerName, (program: string, folder: string, port: number, peerPort: number, account: Account) => Plan> = {
  redis: (command, folder, port) => ({
    command,
    args: ['--bind', '127.0.0.1', '--port', `${port}`, '--dir', folder, '--save', '', '--appendonly', 'yes', '--appendfsync', 'no'],
    signal: 'SIGTERM',
    url: `redis://127.0.0.1:${port}`,
  }),
  postgres(command, folder, port, _, account) {
    const data = join(folder, 'data');
    const options = { ...account, cwd: folder, env, stdio: 'pipe' } as const;
    const auth = ['-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'];
    execFileSync(join(dirname(command), 'initdb'), ['-D', data, ...auth], options);
    const settings = ['listen_addresses=127.0.0.1', 'fsync=off', 'full_page_writes=off', 'max_connections=200'];
    return {
      command,
      args: ['-D', data, '-p', `${port}`, '-k', folder, ...settings.flatMap((setting) => ['-c', setting])],
      signal: 'SIGINT',
      url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    };
  },
  etcd(command, folder, port, peerPort) {
    const url = `http://127.0.0.1:${port}`;
    const peer = `http://127.0.0.1:${peerPort}`;
    const urls = ['--listen-client-urls', url, '--advertise-client-urls', url, '--listen-peer-urls', peer];
    const cluster = ['--initial-advertise-peer-urls', peer, '--initial-cluster', `t=${peer}`, '--unsafe-no-fsync'];
    return { command, args: ['--name', 't', '--data-dir', folder, ...urls, ...cluster, '--log-level', 'error'], signal: 'SIGTERM', url };
  },
};

/** PostgreSQL refuses to run as root, and who runs it must own its folder. */
function account(name: string): Account {
  if (process.getuid?.() !== 0) return {};
  const [, , uid, gid] = (
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((line) => line.startsWith(`${name}:`)) ?? ''
  ).split(':');
  return uid ? { uid: Number(uid), gid: Number(gid) } : {};
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function isReady(name: ServerName, port: number, program: string): Promise<boolean> {
  if (!(await accepts(port))) return false;
  try {
    if (name === 'postgres') execFileSync(join(dirname(program), 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', `${port}`], { env });
    if (name === 'etcd') return (await (await fetch(`http://127.0.0.1:${port}/health`)).text()).includes('true');
    return true;
  } catch {
    return false;
  }
}

/** Starts one server. @throws where this machine does not have it, or it does not come up */
export async function startServer(name: ServerName): Promise<TestServer> {
  const program = findServers()[name];
  if (!program) throw new Error(`There is no ${name} on this machine: \`pnpm run setup\` installs it`);
  const root = mkdtempSync(join(tmpdir(), `holdfast-${name}-`));
  const folder = join(root, name);
  const log = join(root, 'log');
  const who = account(name);
  chmodSync(root, 0o755);
  mkdirSync(folder, { mode: 0o700 });
  if (who.uid !== undefined && who.gid !== undefined) chownSync(folder, who.uid, who.gid);
  const port = await freePort();
  const plan = plans[name](program, folder, port, await freePort(), who);
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const out = openSync(log, 'a');
    const started = spawn(plan.command, plan.args, { ...who, cwd: folder, env, stdio: ['ignore', out, out] });
    child = started;
    const kill = (): void => void started.kill('SIGKILL');
    process.once('exit', kill); // no orphan when the run dies
    started.once('exit', () => process.off('exit', kill));
    for (const end = Date.now() + 30_000; !(await isReady(name, port, program as string)); ) {
      if (started.exitCode !== null || Date.now() > end) {
        kill();
        throw new Error(`${name} did not start:\n${readFileSync(log, 'utf8').slice(-2_000)}`);
      }
      await new Promise((resume) => setTimeout(resume, 25));
    }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = child;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => ending.once('exit', () => resolve()));
    ending.kill(signal);
    const timer = setTimeout(() => ending.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(timer);
  }

  await start();
  return {
    url: plan.url,
    crash: () => end('SIGKILL'),
    async restart() {
      // What PostgreSQL leaves behind a kill takes a moment to go.
      for (let tries = 0; ; tries++) {
        try {
          await start();
          return;
        } catch (error) {
          if (tries === 20) throw error;
          await new Promise((resume) => setTimeout(resume, 200));
        }
      }
    },
    async stop() {
      await end(plan.signal);
      rmSync(root, { recursive: true, force: true });
    },
  };
}
