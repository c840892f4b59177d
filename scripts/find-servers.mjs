// Where this machine's Redis, PostgreSQL and etcd are: undefined = not here.
import { existsSync, readdirSync } from 'node:fs';

const onPath = (/** @type {string} */ name) =>
  ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'].map((it) => `${it}/${name}`).find((it) => existsSync(it));

/** Debian keeps PostgreSQL's programs off the path, one folder a version. */
function postgres() {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((it) => `${root}/${it}/bin/postgres`).find((it) => existsSync(it)) ?? onPath('postgres');
}

/** @returns {Record<'redis' | 'postgres' | 'etcd', string | undefined>} */
export function findServers() {
  return { redis: onPath('redis-server') ?? onPath('valkey-server'), postgres: postgres(), etcd: onPath('etcd') };
}
