import type { ReceivedEvent } from './webhook.ts';

/** Where a subscription begins: behind a position that was stored, or with what happens from now on. */
export type FeedStart = { after: Buffer } | 'latest';

/** What the feed told at once; none when it only told that it is alive. */
export type FeedBatch = {
  events: ReceivedEvent[];
  /** Opaque; a subscription that begins behind it misses nothing and repeats none of these events. */
  position: Buffer;
  /** Objects of which the feed says that changes were left out. */
  gaps: readonly string[];
};

/** Changes in Salesforce as they happen. */
export interface ChangeFeed {
  /** What positions belong to: org and channel. */
  topic: string;
  /**
   * Follows the feed until it ends or `signal` is aborted.
   * @param take stores a batch; the feed asks for no more than it has stored
   * @throws Fault; its code is `salesforce_position_refused` when the feed cannot begin behind the position; errors of `take`
   */
  follow(start: FeedStart, take: (batch: FeedBatch) => Promise<void>, signal: AbortSignal): Promise<void>;
}
