import type { SimClock } from '../../kit/clock.ts';
import { makeId, normalizeId } from '../org/ids.ts';
import { toDateTime } from '../org/values.ts';
import { RequestFault } from '../org/errors.ts';
import type { UserAccess } from '../org/access.ts';
import { notFound } from '../rest/wire/faults.ts';
import type { Dialect, Table } from './csv.ts';

export type State = 'Open' | 'UploadComplete' | 'InProgress' | 'JobComplete' | 'Failed' | 'Aborted';
const FINAL: readonly State[] = ['JobComplete', 'Failed', 'Aborted'];

/** What ingest and query jobs have in common. */
export type Job = Dialect & {
  id: string;
  object: string;
  operation: string;
  createdById: string;
  createdDate: Date;
  systemModstamp: Date;
  state: State;
  apiVersion: number;
  /** `changeOrigin` of what it saves. */
  origin: string;
  processed: number;
  retries: number;
  /** In ms. */
  processingTime: number;
  errorMessage: string | null;
};

/** What came of one row; `row` is an index into the table. */
export type RowOutcome = { row: number; id: string | null; created: boolean; error: string | null };
export type IngestJob = Job & {
  kind: 'ingest';
  externalIdFieldName: string | null;
  /** Null until a file was uploaded. */
  content: string | null;
  table: Table;
  outcomes: RowOutcome[];
};
export type QueryJob = Job & {
  kind: 'query';
  query: string;
  header: string[];
  lines: string[][];
};
export type AnyJob = IngestJob | QueryJob;

const DAY_MS = 86_400_000;
const KEPT_DAYS = 7;

/** Jobs of the last seven days, by their owner; in memory, as is what they have used of the daily allowances. */
export class Jobs {
  readonly #clock: SimClock;
  readonly #jobs = new Map<string, AnyJob>();
  readonly #used: { at: number; batches: number; queries: number }[] = [];
  #next = 1;

  constructor(clock: SimClock) {
    this.#clock = clock;
  }

  clear(): void {
    this.#jobs.clear();
    this.#used.length = 0;
  }

  newId(): string {
    return makeId('750', this.#next++);
  }

  /** To the second, as jobs tell it. */
  now(): Date {
    return new Date(Math.floor(this.#clock.now().getTime() / 1000) * 1000);
  }

  add(job: AnyJob): void {
    this.#jobs.set(job.id, job);
  }

  delete(job: AnyJob): void {
    this.#jobs.delete(job.id);
  }

  has(job: AnyJob): boolean {
    return this.#jobs.get(job.id) === job;
  }

  /** Counts batches or query jobs against the allowance of 24 hours. */
  use(batches: number, queries: number): void {
    this.#used.push({ at: this.now().getTime(), batches, queries });
  }

  usage(): { batches: number; queryJobs: number } {
    const since = this.now().getTime() - DAY_MS;
    const recent = this.#used.filter(({ at }) => at > since);
    return {
      batches: recent.reduce((sum, one) => sum + one.batches, 0),
      queryJobs: recent.reduce((sum, one) => sum + one.queries, 0),
    };
  }

  #visible(job: AnyJob, access: UserAccess): boolean {
    const oldest = this.now().getTime() - KEPT_DAYS * DAY_MS;
    return job.createdDate.getTime() > oldest && (job.createdById === access.userId || access.isAdmin);
  }

  /** Newest first. */
  list<K extends AnyJob['kind']>(kind: K, access: UserAccess): Extract<AnyJob, { kind: K }>[] {
    const own = [...this.#jobs.values()].filter((job) => job.kind === kind && this.#visible(job, access));
    return own.reverse() as Extract<AnyJob, { kind: K }>[];
  }

  /** @throws RequestFault 404 for jobs that are not there, are too old or belong to others */
  get<K extends AnyJob['kind']>(kind: K, id: string, access: UserAccess): Extract<AnyJob, { kind: K }> {
    const job = this.#jobs.get(normalizeId(id) ?? '');
    if (!job || job.kind !== kind || !this.#visible(job, access)) throw notFound();
    return job as Extract<AnyJob, { kind: K }>;
  }

  move(job: AnyJob, state: State, errorMessage: string | null = null): void {
    job.state = state;
    job.errorMessage = errorMessage;
    job.systemModstamp = this.now();
  }
}

export const isFinal = (job: Job): boolean => FINAL.includes(job.state);

export const jobFault = (errorCode: string, message: string): RequestFault => new RequestFault(400, errorCode, message);

/** @throws RequestFault INVALIDJOBSTATE unless the job is in one of these states */
export function needState(job: Job, states: readonly State[], what: string): void {
  if (states.includes(job.state)) return;
  const message =
    what === 'Aborted' && job.state === 'JobComplete'
      ? 'Aborting already Completed Job not allowed'
      : `${what} is not allowed in state ${job.state}`;
  throw jobFault('INVALIDJOBSTATE', message);
}

/** What every answer about a job says. */
export function jobHead(job: AnyJob): Record<string, unknown> {
  return {
    id: job.id,
    operation: job.operation,
    object: job.object,
    createdById: job.createdById,
    createdDate: toDateTime(job.createdDate),
    systemModstamp: toDateTime(job.systemModstamp),
    state: job.state,
    ...(job.kind === 'ingest' && job.externalIdFieldName !== null
      ? { externalIdFieldName: job.externalIdFieldName }
      : {}),
    concurrencyMode: 'Parallel',
    contentType: 'CSV',
    apiVersion: job.apiVersion,
    ...(job.kind === 'ingest' && job.state === 'Open'
      ? { contentUrl: `services/data/v${job.apiVersion}.0/jobs/ingest/${job.id}/batches` }
      : {}),
    lineEnding: job.lineEnding,
    columnDelimiter: job.columnDelimiter,
  };
}

/** Answer of `GET /jobs/…/{id}`. */
export function jobInfo(job: AnyJob): Record<string, unknown> {
  const info = {
    ...jobHead(job),
    jobType: job.kind === 'ingest' ? 'V2Ingest' : 'V2Query',
    numberRecordsProcessed: job.processed,
    retries: job.retries,
    totalProcessingTime: job.processingTime,
    ...(job.errorMessage === null ? {} : { errorMessage: job.errorMessage }),
  };
  if (job.kind === 'query') return { ...info, isPkChunkingSupported: true };
  const numberRecordsFailed = job.outcomes.filter(({ error }) => error !== null).length;
  return { ...info, numberRecordsFailed, apiActiveProcessingTime: job.processingTime, apexProcessingTime: 0 };
}
