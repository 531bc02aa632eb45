import { createHash } from 'node:crypto';
import { sql, type RawBuilder } from 'kysely';
import pg from 'pg';

const MARK = '/* prepared */';

/**
 * Begins a statement that Postgres plans once for each connection instead of each time: one that is asked for often, costs more
 * to plan than to carry out, and whose plan does not depend on what its tables hold.
 */
export const PREPARED: RawBuilder<unknown> = sql.raw(MARK);

const nameOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** A connection that keeps the plans of statements which begin with `PREPARED`. */
export class PreparingClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    const query = this.query.bind(this) as (...args: unknown[]) => unknown;
    this.query = ((text: unknown, ...rest: unknown[]) =>
      query(typeof text === 'string' && text.startsWith(MARK) ? { name: nameOf(text), text } : text, ...rest)) as never;
  }
}
