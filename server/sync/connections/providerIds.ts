import type { Db } from '../../platform/db/database.ts';
import type { Log } from '../../platform/log.ts';

/** Which accounts and tenants the names of connections stand for, as workers found it out. */
export type ProviderIds = {
  /** Reads what is known; before anything asks. */
  load(): Promise<void>;
  start(): void;
  stop(): Promise<void>;
  /** @returns null while no worker has found it out */
  idOf(connection: string): string | null;
};

/** Looks for the ids of these connections until all are known; once known an id never changes. */
export function createProviderIds(options: {
  db: Db;
  connections: readonly string[];
  log: Log;
  everyMs?: number;
}): ProviderIds {
  const { db, connections, log, everyMs = 2000 } = options;
  const known = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  async function load(): Promise<void> {
    const rows = await db
      .selectFrom('connection')
      .select(['name', 'provider_id'])
      .where('provider_id', 'is not', null)
      .execute();
    for (const { name, provider_id } of rows) known.set(name, provider_id!);
    if (connections.every((name) => known.has(name))) clearInterval(timer);
  }

  return {
    load,
    start() {
      if (connections.every((name) => known.has(name))) return;
      timer = setInterval(() => {
        running = load().catch((error: unknown) =>
          log.warn({ err: error }, 'Which accounts the connections stand for could not be read'),
        );
      }, everyMs);
    },
    async stop() {
      clearInterval(timer);
      await running;
    },
    idOf: (connection) => known.get(connection) ?? null,
  };
}
