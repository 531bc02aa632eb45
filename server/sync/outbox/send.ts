import { Counter, type Registry } from 'prom-client';
import { Fault } from '../../domain/fault.ts';
import { isDatabaseTrouble } from '../../platform/db/trouble.ts';
import type { Log } from '../../platform/log.ts';
import type { OrgWriter, OrgWriteResult } from '../../workflows/ports/orgRows.ts';
import { callsOf, chunksOf, lanesOf, type Chunk } from './chunks.ts';
import type { TakenRow } from './pending.ts';
import type { RowOutcome } from './record.ts';
import type { OutboxStore } from './store.ts';

export type SendOptions = {
  store: OutboxStore;
  writer: OrgWriter;
  objectOrder: readonly string[];
  log: Log;
  metrics: Registry | undefined;
  random: () => number;
};

/** Calls to the org at the same time; few, because an org bears only so many long ones. */
const LANES = 4;

/**
 * Sends rows and records what becomes of each; starts no call once `held` says that another process may have them.
 * @returns a function that throws the Fault of a call that failed as a whole; what other calls came to is recorded then
 */
export function createSend(options: SendOptions): (rows: readonly TakenRow[], held: () => boolean) => Promise<void> {
  const { store, writer, objectOrder, log, random } = options;
  const rowCounter = new Counter({
    name: 'billing360_salesforce_rows_total',
    help: 'Rows in write calls to Salesforce, by outcome: written, newer_is_there, retry, paused, quarantine',
    labelNames: ['object', 'outcome'] as const,
    registers: options.metrics ? [options.metrics] : [],
  });

  /** A database that stood still for a moment is told once more: without a record, what is written already goes again. */
  function recorded(rows: readonly TakenRow[], results: readonly OrgWriteResult[]): Promise<RowOutcome[]> {
    const tell = () => store.recordResults(rows, results, random);
    return tell().catch((error: unknown) => {
      if (!isDatabaseTrouble(error)) throw error;
      log.warn({ err: error }, 'What Salesforce answered could not be recorded; it is tried once more');
      return tell();
    });
  }

  async function record(chunks: readonly { chunk: Chunk; results: OrgWriteResult[] }[]): Promise<void> {
    if (chunks.length === 0) return;
    const rows = chunks.flatMap(({ chunk }) => chunk.rows);
    const results = chunks.flatMap((one) => one.results);
    const outcomes = await recorded(rows, results);
    const paused = new Map<string, string>();
    for (const [index, outcome] of outcomes.entries()) {
      const { object, key } = rows[index]!.row;
      const result = results[index]!;
      rowCounter.inc({ object, outcome });
      if (outcome === 'quarantine') log.error({ object, key }, 'A row was put aside');
      if (outcome === 'paused' && result.outcome === 'refused') paused.set(object, result.message);
    }
    for (const [object, reason] of paused)
      log.error({ object, reason }, 'Rows of an object wait for a change of the org');
  }

  /** One call. A chunk that Salesforce finds wrong as a whole is halved until the row that spoils it stands alone. */
  async function sendCall(chunks: readonly Chunk[], held: () => boolean): Promise<void> {
    const answers = await writer.write(chunks.map(({ object, rows }) => ({ object, writes: rows })));
    const answered: { chunk: Chunk; results: OrgWriteResult[] }[] = [];
    const halves: Chunk[] = [];
    let failed: Fault | undefined;
    for (const [index, chunk] of chunks.entries()) {
      const answer = answers[index]!;
      if (!(answer instanceof Fault)) answered.push({ chunk, results: answer });
      else if (answer.kind !== 'invalid') failed ??= answer;
      else if (chunk.rows.length > 1) halves.push(...halvesOf(chunk));
      else answered.push({ chunk, results: [refusedFor(answer)] });
    }
    await record(answered);
    if (failed) throw failed;
    for (const call of callsOf(halves)) {
      if (!held()) return;
      await sendCall(call, held);
    }
  }

  return async (all, held) => {
    const left = all.filter(({ isLeft }) => isLeft === true);
    if (left.length > 0)
      await store.recordResults(
        left,
        left.map(() => ({ outcome: 'written' })),
        random,
      );
    const rows = all.filter(({ isLeft }) => isLeft !== true);
    let failed: { error: unknown } | undefined;
    async function sendLane(lane: readonly TakenRow[]): Promise<void> {
      for (const call of callsOf(chunksOf(lane, objectOrder))) {
        if (failed || !held()) return;
        await sendCall(call, held).catch((error: unknown) => void (failed ??= { error }));
      }
    }
    await Promise.all(lanesOf(rows, LANES).map(sendLane));
    if (failed) throw failed.error;
  };
}

function halvesOf({ object, rows }: Chunk): Chunk[] {
  const middle = Math.ceil(rows.length / 2);
  return [
    { object, rows: rows.slice(0, middle) },
    { object, rows: rows.slice(middle) },
  ];
}

function refusedFor(fault: Fault): OrgWriteResult {
  return { outcome: 'refused', retry: 'never', code: fault.code, message: fault.publicText };
}
