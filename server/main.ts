import { startServer, type Server } from './compose.ts';
import { ListenError } from './interfaces/http/listen.ts';
import { loadConfig } from './platform/config/config.ts';
import { ConfigError } from './platform/config/configError.ts';
import { MigrationError } from './platform/db/migrate.ts';
import { EmbeddedPostgresError } from './platform/db/place.ts';
import { SealError } from './platform/seal.ts';

/** A stop that takes longer than this is given up, ms. */
const stopWithinMs = 20_000;

/** What a person can mend is told in plain words; anything else is a bug and keeps its stack. */
function explain(error: unknown): string {
  if (
    error instanceof ConfigError ||
    error instanceof ListenError ||
    error instanceof EmbeddedPostgresError ||
    error instanceof MigrationError ||
    error instanceof SealError
  )
    return error.message;
  if (
    error instanceof Error &&
    'code' in error &&
    /^(ECONN|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|EHOST|ENET|28|3D)/.test(String(error.code))
  )
    return `The database of DATABASE_URL cannot be used: ${error.message || String(error.code)}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

let server: Server | undefined;
let stopping = false;

async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  const timer = setTimeout(() => process.exit(1), stopWithinMs);
  await server?.stop();
  clearTimeout(timer);
  process.exit(0);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop());

try {
  server = await startServer(loadConfig(process.env));
} catch (error) {
  console.error(explain(error));
  process.exit(1);
}
