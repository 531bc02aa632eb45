import { vi } from 'vitest';
import type { Story } from './customers.ts';

const WITHIN = { timeout: 60_000, interval: 20 };

/**
 * Kills the server when it is about to write to a table, which it never does.
 * @param answer what it would write then
 */
export async function dieBeforeWriting({ database, stack }: Story, table: string, answer: () => void): Promise<void> {
  const { pool } = database;
  const locks = await pool.connect();
  try {
    await locks.query('begin');
    await locks.query(`lock table ${table} in share row exclusive mode`);
    answer();
    // Not in the transaction of the lock, which would see what was there at its first look.
    const waiting = `from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query ilike '%${table}%'`;
    await vi.waitUntil(async () => (await pool.query(`select ${waiting}`)).rowCount! > 0, WITHIN);
    await stack.backend.stop('SIGKILL');
    // Postgres would carry out what a dead client had asked for.
    await vi.waitUntil(async () => {
      await pool.query(`select pg_terminate_backend(pid) ${waiting}`);
      return (await pool.query(`select ${waiting}`)).rowCount === 0;
    }, WITHIN);
    await locks.query('rollback');
  } finally {
    locks.release();
  }
}
