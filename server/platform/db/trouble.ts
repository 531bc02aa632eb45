/**
 * Classes of Postgres errors that speak of the database and not of what was asked: connection, read-only, a
 * transaction left idle, conflict of transactions, resources (disk full), operator (shutdown, timeout), system.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const STATES = /^(08|25006$|25P03$|40|53|55P03$|57|58)/;
const SOCKET = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOENT|ENOTFOUND|EAI_AGAIN)$/;
/** Errors of pg that carry no code. */
const WORDS =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** True when the database could not carry out what it will carry out later: it is down, full, read-only or busy. */
export function isDatabaseTrouble(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  const ofPostgres = 'severity' in error && STATES.test(code);
  const ofSocket = SOCKET.test(code) && 'syscall' in error;
  return ofPostgres || ofSocket || WORDS.test(error.message);
}
