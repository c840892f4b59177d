/** A `Pool` of `pg`, or a PGlite: what of it the driver uses. */
export type PostgresPool = PgPool | PGliteLike;

interface Rows {
  readonly rows: readonly unknown[];
}

// biome-ignore-start lint/suspicious/noExplicitAny: the clients' own types are overloads that only `any` fits
interface PgPool {
  query(text: string, values?: any): Promise<Rows>;
  connect(): Promise<PgClient>;
}

interface PgClient {
  query(text: string): Promise<unknown>;
  on(event: any, listener: (value: any) => void): unknown;
  release(isBroken?: boolean): void;
}

interface PGliteLike {
  query(text: string, values?: any): Promise<Rows>;
  exec(text: string): Promise<unknown>;
  listen(channel: string, listener: (message: string) => void): Promise<() => Promise<void>>;
}
// biome-ignore-end lint/suspicious/noExplicitAny: as above

/** Several statements at once, as one transaction. */
export function runScript(pool: PostgresPool, script: string): Promise<unknown> {
  return 'exec' in pool ? pool.exec(script) : pool.query(script);
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** Listens to a channel on a connection of its own. `onGap`: the connection was lost and is there again. */
export async function listen(
  pool: PostgresPool,
  channel: string,
  onMessage: (message: string) => void,
  onGap: () => void,
): Promise<() => void> {
  if ('listen' in pool) {
    const end = await pool.listen(channel, onMessage);
    return () => void end().catch(() => {});
  }
  let stop = (): void => {};
  let isStopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function connect(onLost: () => void): Promise<void> {
    const client = await (pool as PgPool).connect();
    let isReleased = false;
    const release = (): void => {
      if (!isReleased) client.release(true);
      isReleased = true;
    };
    stop = release;
    const lose = (): void => {
      if (isReleased) return;
      release();
      onLost();
    };
    client.on('notification', ({ payload }: { payload?: string }) => onMessage(payload ?? ''));
    client.on('error', lose);
    client.on('end', lose);
    try {
      await client.query(`LISTEN ${channel}`);
    } catch (error) {
      release();
      throw error;
    }
    if (isStopped) release();
  }

  function again(pauseMs = FIRST_PAUSE_MS): void {
    if (isStopped) return;
    timer = setTimeout(() => {
      connect(again).then(onGap, () => again(Math.min(pauseMs * 2, LONGEST_PAUSE_MS)));
    }, pauseMs);
    (timer as { unref?(): void }).unref?.();
  }

  await connect(again);
  return () => {
    isStopped = true;
    clearTimeout(timer);
    stop();
  };
}
