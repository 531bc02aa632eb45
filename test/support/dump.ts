import type { Pool } from 'pg';

/** Contents of a database as of one moment, as a dump has them. */
export type Dump = { tables: { name: string; rows: string }[]; sequences: { name: string; value: string }[] };

/** Takes a dump while others go on, in one snapshot. */
export async function dump(pool: Pool): Promise<Dump> {
  const client = await pool.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const { rows: tables } = await client.query<{ name: string }>(
      `select relname as name from pg_class
       where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition order by relname`,
    );
    const dumped: Dump = { tables: [], sequences: [] };
    for (const { name } of tables) {
      // As text: numbers of 64 bits stay what they are.
      const { rows } = await client.query<{ rows: string }>(
        `select coalesce(json_agg(t), '[]')::text as rows from "${name}" t`,
      );
      dumped.tables.push({ name, rows: rows[0]!.rows });
    }
    const { rows: sequences } = await client.query<{ name: string; value: string }>(
      `select quote_ident(sequencename) as name, last_value::text as value from pg_sequences
       where schemaname = 'public' and last_value is not null`,
    );
    dumped.sequences.push(...sequences);
    await client.query('commit');
    return dumped;
  } finally {
    client.release();
  }
}

/** Puts a dump into a database that has the same schema. */
export async function restore(pool: Pool, { tables, sequences }: Dump): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(`truncate ${tables.map(({ name }) => `"${name}"`).join(', ')}`);
    // By their names tables come after those that they refer to.
    for (const { name, rows } of tables) {
      await client.query(
        `insert into "${name}" overriding system value select * from json_populate_recordset(null::"${name}", $1::json)`,
        [rows],
      );
    }
    for (const { name, value } of sequences) await client.query('select setval($1, $2)', [name, value]);
    await client.query('commit');
  } finally {
    client.release();
  }
}
