import { rmSync } from 'node:fs';
import pg from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../server/platform/db/embedded.ts';
import { testFolder } from '../../test/support/postgres.ts';

/** A Postgres that can be stopped and started; what it has committed survives (synchronous_commit stays on). */
export type Cluster = {
  url: string;
  query<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
  /** `crash` ends it without a checkpoint (SIGQUIT); left out while it is down. @returns when it is up */
  restart(how: 'fast' | 'crash', downMs: number): Promise<void>;
  /** Restarts so far. */
  restarts(): number;
  stop(): Promise<void>;
};

const settings = { fsync: 'off', max_connections: '200' };

export async function startCluster(): Promise<Cluster> {
  const folder = testFolder();
  let postgres: EmbeddedPostgres = await startEmbeddedPostgres(folder, settings);
  let pool = connect(postgres.url);
  let turn: Promise<void> | null = null;
  let restarts = 0;

  function connect(url: string): pg.Pool {
    const made = new pg.Pool({ connectionString: url, max: 2 });
    made.on('error', () => {});
    return made;
  }

  async function restartNow(how: 'fast' | 'crash', downMs: number): Promise<void> {
    restarts += 1;
    if (how === 'crash') {
      const { rows } = await pool.query<{ pid: number }>(
        "select split_part(pg_read_file('postmaster.pid'), chr(10), 1)::int as pid",
      );
      process.kill(rows[0]!.pid, 'SIGQUIT');
    }
    await pool.end();
    await postgres.stop();
    await new Promise((done) => setTimeout(done, downMs));
    postgres = await startEmbeddedPostgres(folder, settings);
    pool = connect(postgres.url);
  }

  return {
    url: postgres.url,
    async query<Row extends object>(text: string, values?: unknown[]) {
      await turn;
      return (await pool.query<Row>(text, values)).rows;
    },
    restart: (how, downMs) => (turn ??= restartNow(how, downMs).finally(() => (turn = null))),
    restarts: () => restarts,
    async stop() {
      await turn;
      await pool.end();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
