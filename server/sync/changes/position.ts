import type { Pool } from 'pg';
import type { InboxRow } from '../inbox/storable.ts';
import { storeRows } from '../inbox/store.ts';

/** Another process follows the feed by now: nothing of this batch was stored, it has got the same. */
export class NotTheFollower extends Error {
  constructor(topic: string) {
    super(`The lease to follow ${topic} ended.`);
    this.name = 'NotTheFollower';
  }
}

/** Where the feed stands, as the follower needs it. */
export interface PositionStore {
  /** null when the topic was never followed */
  positionOf(topic: string): Promise<Buffer | null>;
  /** Forgets a position that the feed refused. */
  forget(topic: string): Promise<void>;
  /**
   * Stores events and advances the position behind them: both or neither.
   * @param lease name and owner of the lease without which nothing is stored
   * @throws NotTheFollower
   */
  storeAt(
    topic: string,
    position: Buffer,
    rows: readonly InboxRow[],
    lease: { name: string; owner: string },
  ): Promise<void>;
}

export function createPositionStore(pool: Pool): PositionStore {
  return {
    async positionOf(topic) {
      const { rows } = await pool.query<{ position: Buffer }>('select position from replay_position where topic = $1', [
        topic,
      ]);
      return rows[0]?.position ?? null;
    },
    async forget(topic) {
      await pool.query('delete from replay_position where topic = $1', [topic]);
    },
    async storeAt(topic, position, rows, lease) {
      const client = await pool.connect();
      let broken = false;
      try {
        await client.query('begin');
        // Held until the commit: whoever takes the lease over waits, and then begins behind this position.
        const held = await client.query(
          'select from lease where name = $1 and owner = $2 and until > now() for share',
          [lease.name, lease.owner],
        );
        if (held.rowCount === 0) throw new NotTheFollower(topic);
        if (rows.length > 0) await storeRows(client, rows, 0);
        await client.query(
          `insert into replay_position (topic, position) values ($1, $2)
          on conflict (topic) do update set position = excluded.position, heard_at = now()`,
          [topic, position],
        );
        await client.query('commit');
      } catch (error) {
        await client.query('rollback').catch(() => (broken = true));
        throw error;
      } finally {
        client.release(broken);
      }
    },
  };
}
