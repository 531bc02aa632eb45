import { Counter, type Registry } from 'prom-client';
import { Fault } from '../../domain/fault.ts';
import type { ReceivedEvent } from '../../workflows/ports/webhook.ts';
import { toInboxRow, type InboxRow } from './storable.ts';
import type { InboxStore, Stored } from './store.ts';

export type Intake = {
  /**
   * Stores events; resolves after the commit.
   * @returns `duplicates` counts events that were there before
   * @throws Fault of kind invalid when an event cannot be stored at all, of kind unavailable when the database cannot
   */
  accept(events: readonly ReceivedEvent[]): Promise<{ stored: number; duplicates: number }>;
};

export type IntakeOptions = {
  metrics?: Registry;
  /** Told when events were stored. */
  onStored?: () => void;
  /** How long a key waits for further events before it is worked. */
  coalesceMs?: number;
  /** How long the first event of a batch waits for others. */
  gatherMs?: number;
};

type Waiting = {
  rows: InboxRow[];
  resolve(result: { stored: number; duplicates: number }): void;
  reject(error: Fault): void;
};

const BATCH_ROWS = 200;
const BATCHES_IN_FLIGHT = 3;
/** Beyond this many events in memory the sender is told to come again later. */
const MOST_WAITING = 5000;
/** The same for their content, in characters: some are a thousand times as long as others. */
const MOST_CHARACTERS = 32_000_000;

/** Classes of Postgres errors that speak of the row and not of the database: data, integrity, limits. */
function speaksOfTheRow(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return /^(22|23|54)/.test(code);
}

function toFault(cause: unknown): Fault {
  return speaksOfTheRow(cause)
    ? new Fault({
        code: 'event_not_storable',
        kind: 'invalid',
        publicText: 'The event cannot be stored: its content is not allowed.',
        cause,
      })
    : new Fault({
        code: 'inbox_unavailable',
        kind: 'unavailable',
        publicText: 'The event could not be stored now. Send it again.',
        retryAfterMs: 5000,
        cause,
      });
}

function summary(outcomes: readonly Stored[]): { stored: number; duplicates: number } {
  const stored = outcomes.filter((outcome) => outcome === 'stored').length;
  return { stored, duplicates: outcomes.length - stored };
}

const charactersOf = (rows: readonly InboxRow[]): number => rows.reduce((sum, { payload }) => sum + payload.length, 0);

/** Takes events in by group commit: those that arrive within `gatherMs` share one transaction. */
export function createIntake(inbox: InboxStore, options: IntakeOptions = {}): Intake {
  const { coalesceMs = 20, gatherMs = 2, onStored = () => {} } = options;
  const counter = new Counter({
    name: 'billing360_inbox_events_total',
    help: 'Events taken in, by outcome: stored, duplicate, conflict (known id with another content)',
    labelNames: ['connection', 'outcome'] as const,
    registers: options.metrics ? [options.metrics] : [],
  });
  const waiting: Waiting[] = [];
  let waitingRows = 0;
  let waitingCharacters = 0;
  let inFlight = 0;
  let timer: NodeJS.Timeout | undefined;

  async function store(rows: readonly InboxRow[]): Promise<Stored[]> {
    const outcomes = await inbox.storeRows(rows, coalesceMs);
    outcomes.forEach((outcome, index) => counter.inc({ connection: rows[index]!.connection, outcome }));
    if (outcomes.some((outcome) => outcome !== 'duplicate')) onStored();
    return outcomes;
  }

  /** One bad row must not fail the others of its batch. */
  async function storeAlone(entry: Waiting): Promise<void> {
    const outcomes: Stored[] = [];
    let fault: Fault | undefined;
    for (const row of entry.rows) {
      await store([row]).then(
        (stored) => outcomes.push(...stored),
        (error: unknown) => (fault = toFault(error)),
      );
    }
    if (fault) entry.reject(fault);
    else entry.resolve(summary(outcomes));
  }

  async function flush(batch: Waiting[]): Promise<void> {
    inFlight += 1;
    try {
      const outcomes = await store(batch.flatMap((entry) => entry.rows));
      let start = 0;
      for (const entry of batch) entry.resolve(summary(outcomes.slice(start, (start += entry.rows.length))));
    } catch (error) {
      if (speaksOfTheRow(error)) for (const entry of batch) await storeAlone(entry);
      else for (const entry of batch) entry.reject(toFault(error));
    } finally {
      inFlight -= 1;
      for (const { rows } of batch) {
        waitingRows -= rows.length;
        waitingCharacters -= charactersOf(rows);
      }
      schedule();
    }
  }

  function schedule(): void {
    if (waiting.length === 0 || timer !== undefined || inFlight >= BATCHES_IN_FLIGHT) return;
    timer = setTimeout(() => {
      timer = undefined;
      const batch: Waiting[] = [];
      for (let rows = 0; waiting.length > 0 && rows < BATCH_ROWS;) {
        const entry = waiting.shift()!;
        rows += entry.rows.length;
        batch.push(entry);
      }
      void flush(batch);
      schedule();
    }, gatherMs);
  }

  return {
    async accept(events) {
      if (events.length === 0) return { stored: 0, duplicates: 0 };
      if (waitingRows > MOST_WAITING || waitingCharacters > MOST_CHARACTERS)
        throw toFault(new Error('Too many events are waiting to be stored.'));
      const rows = events.map(toInboxRow);
      return new Promise((resolve, reject) => {
        waiting.push({ rows, resolve, reject });
        waitingRows += rows.length;
        waitingCharacters += charactersOf(rows);
        schedule();
      });
    },
  };
}
