import type { Db } from '../../platform/db/database.ts';
import type { Log } from '../../platform/log.ts';
import type { Sealer } from '../../platform/seal.ts';
import { openSecrets, type SecretName } from './store.ts';

/** Secrets in force, those of the settings and stored ones; what is rotated by command is in force within seconds. */
export type SecretBook = {
  /** Reads what is stored; before anything asks. @throws SealError when one cannot be opened */
  load(): Promise<void>;
  start(): void;
  stop(): Promise<void>;
  /** Every secret that is accepted now. */
  accepted(name: SecretName, connection: string, ofSettings: readonly string[]): string[];
  /** The one that is used: the latest that was stored, else that of the settings. */
  latest(name: SecretName, connection: string, ofSettings: string): string;
};

export function createSecretBook(options: { db: Db; sealer: Sealer; log: Log; everyMs?: number }): SecretBook {
  const { db, sealer, log, everyMs = 2000 } = options;
  let stored: Awaited<ReturnType<typeof openSecrets>> = { values: new Map(), retiredSettings: new Set() };
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  async function load(): Promise<void> {
    stored = await openSecrets(db, sealer);
  }

  return {
    load,
    start() {
      timer = setInterval(() => {
        // What was in force stays so until it can be read again.
        running = load().catch((error: unknown) => log.warn({ err: error }, 'Stored secrets could not be read'));
      }, everyMs);
    },
    async stop() {
      clearInterval(timer);
      await running;
    },
    accepted(name, connection, ofSettings) {
      const place = `${name} ${connection}`;
      return [...(stored.retiredSettings.has(place) ? [] : ofSettings), ...(stored.values.get(place) ?? [])];
    },
    latest: (name, connection, ofSettings) => stored.values.get(`${name} ${connection}`)?.at(-1) ?? ofSettings,
  };
}
