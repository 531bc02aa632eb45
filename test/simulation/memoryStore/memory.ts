import type { MrrLevel } from '../../../server/domain/metrics/movements.ts';
import type { MirrorRecord } from '../../../server/workflows/ports/mirror.ts';
import type { OrgRow } from '../../../server/workflows/ports/orgRows.ts';
import { Table, type Undo } from './table.ts';

export type InboxEntry = {
  id: number;
  connection: string;
  eventId: string;
  kind: string;
  key: string | null;
  occurredAt: Date | null;
  receivedAt: number;
  payload: unknown;
  digest: string;
  conflicts: number;
  doneAt: number | null;
};

export type DirtyKey = {
  key: string;
  generation: number;
  notBefore: number;
  leaseOwner: string | null;
  leaseUntil: number | null;
  attempt: number;
  quarantinedAt: number | null;
  reason: string | null;
  pollAt: number | null;
  polledGeneration: number | null;
  refetch: readonly string[];
  refetchGeneration: number | null;
};

export type MirrorEntry = { record: MirrorRecord; digest: string };

export type OrgRowEntry = {
  row: OrgRow;
  accountId: string | null;
  hash: string;
  sentVersion: number | null;
  confirmedVersion: number | null;
  confirmedHash: string | null;
  partition: number;
  rowVersion: number;
  changedAt: number;
  /** Number of the transaction that last changed the content. */
  changedBy: number;
  pending: boolean;
  attempt: number;
  notBefore: number;
  quarantinedAt: number | null;
  refusal: string | null;
  code: string | null;
  message: string | null;
};

export type CursorEntry = {
  cursor: string | null;
  checkedThrough: Date | null;
  failures: number;
  broken: boolean;
  message: string;
};

/** The tables of the server as maps; times in ms of `now`. */
export class Memory {
  #undo: Undo[] | null = null;
  #note = (undo: Undo): void => void this.#undo?.push(undo);
  #generation = 0;
  #inboxId = 0;
  #transactionId = 0;
  readonly now: () => number;
  readonly inbox = new Table<InboxEntry>(this.#note);
  readonly dirty = new Table<DirtyKey>(this.#note);
  readonly mirror = new Table<MirrorEntry>(this.#note);
  /** Account of each billing account; null where none is named. */
  readonly links = new Table<{ accountId: string | null }>(this.#note);
  readonly due = new Table<{ nextChangeOn: string }>(this.#note);
  /** Levels of MRR by Account. */
  readonly levels = new Table<{ levels: readonly MrrLevel[] }>(this.#note);
  readonly orgRows = new Table<OrgRowEntry>(this.#note);
  readonly leases = new Table<{ owner: string; until: number }>(this.#note);
  readonly holds = new Table<{ until: number; failures: number; reason: string }>(this.#note);
  readonly pauses = new Table<{ until: number; failures: number }>(this.#note);
  /** API calls by org id. */
  readonly budgets = new Table<{ used: number; limit: number; readAt: number }>(this.#note);
  readonly cursors = new Table<CursorEntry>(this.#note);
  readonly settings = new Table<{ value: string }>(this.#note);

  constructor(now: () => number) {
    this.now = now;
  }

  /** Runs work that changes all that it changes or, when it throws, nothing. @param work gets its number, which rises */
  transaction<T>(work: (id: number) => T): T {
    if (this.#undo) return work(this.#transactionId);
    this.#undo = [];
    try {
      return work((this.#transactionId += 1));
    } catch (error) {
      for (const undo of this.#undo.reverse()) undo();
      throw error;
    } finally {
      this.#undo = null;
    }
  }

  /** Rises forever, also over transactions that are undone. */
  nextGeneration(): number {
    return (this.#generation += 1);
  }

  nextInboxId(): number {
    return (this.#inboxId += 1);
  }
}
