import { randomInt } from 'node:crypto';
import type { SimClock } from '../../../kit/clock.ts';
import type { ChangeEvent } from './types.ts';

const RETENTION_MS = 72 * 3_600_000;
/** How old the tip may be before a keep-alive gets a newer position to tell. */
const MARKER_MS = 60_000;

/** A position in the stream; one without an event was only told by a keep-alive. */
export type Entry = { replay: number; at: number; event: ChangeEvent | null };

/** @property lastReplay 0 before the first position */
export type LogData = { entries: Entry[]; lastReplay: number; lastCommitNumber: string };

export const emptyLog = (): LogData => ({ entries: [], lastReplay: 0, lastCommitNumber: '0' });

/** Why a replay id cannot be resumed from. */
type ReplayFault = 'corrupted' | 'expired';

/** Ten bytes, as the service sends them: eight of the position, two that are zero. */
export function encodeReplayId(replay: number): Buffer {
  const bytes = Buffer.alloc(10);
  bytes.writeBigUInt64BE(BigInt(replay));
  return bytes;
}

/** Takes the eight bytes that some clients cut ids to. */
function decodeReplayId(bytes: Buffer): number | null {
  if (bytes.length !== 8 && bytes.length !== 10) return null;
  if (bytes.subarray(8).some((byte) => byte !== 0)) return null;
  return Number(bytes.readBigUInt64BE());
}

/**
 * The event bus: events in commit order, each under a replay id that tells nothing but the order, kept for 72 hours by the
 * clock of the simulator.
 */
export class EventLog {
  readonly #data: () => LogData;
  readonly #touch: () => void;
  readonly #clock: SimClock;

  /** @param data the state, read anew at every call because a reset replaces it */
  constructor(data: () => LogData, touch: () => void, clock: SimClock) {
    this.#data = data;
    this.#touch = touch;
    this.#clock = clock;
  }

  #entries(): Entry[] {
    const { entries } = this.#data();
    const from = this.#clock.now().getTime() - RETENTION_MS;
    const kept = entries.findIndex(({ at }) => at >= from);
    if (kept !== 0) entries.splice(0, kept === -1 ? entries.length : kept);
    return entries;
  }

  #push(event: ChangeEvent | null): number {
    const data = this.#data();
    const entries = this.#entries();
    data.lastReplay += data.lastReplay === 0 ? randomInt(1_000_000, 1_000_000_000) : randomInt(1, 40);
    entries.push({ replay: data.lastReplay, at: this.#clock.now().getTime(), event });
    this.#touch();
    return data.lastReplay;
  }

  append(event: ChangeEvent): void {
    this.#push(event);
  }

  /** The newest position; never an old one, so that a quiet subscriber always holds an id that is still good. */
  tip(): number {
    const last = this.#entries().at(-1);
    const isFresh = last !== undefined && this.#clock.now().getTime() - last.at < MARKER_MS;
    return isFresh ? last.replay : this.#push(null);
  }

  /** Entries behind a position, oldest first; all that are kept for null. */
  after(replay: number | null): Entry[] {
    const entries = this.#entries();
    if (replay === null) return entries;
    let [low, high] = [0, entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (entries[middle]!.replay > replay) high = middle;
      else low = middle + 1;
    }
    return entries.slice(low);
  }

  /** The position that the bytes stand for, or why they stand for none. */
  resolve(bytes: Buffer): number | ReplayFault {
    const replay = decodeReplayId(bytes);
    if (replay === null) return 'corrupted';
    const entries = this.#entries();
    if (entries.some((entry) => entry.replay === replay)) return replay;
    return replay < (entries[0]?.replay ?? this.#data().lastReplay + 1) ? 'expired' : 'corrupted';
  }

  /** Rises with every transaction; microseconds since 1970 or thereabouts, beyond what a JavaScript number holds. */
  nextCommitNumber(): string {
    const data = this.#data();
    const byClock = BigInt(this.#clock.now().getTime()) * 1_000_000n + BigInt(randomInt(1_000_000));
    const last = BigInt(data.lastCommitNumber);
    data.lastCommitNumber = String(byClock > last ? byClock : last + 1n);
    this.#touch();
    return data.lastCommitNumber;
  }
}
