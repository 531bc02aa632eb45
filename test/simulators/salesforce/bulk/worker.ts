import type { SimulatedOrg } from '../org/org.ts';
import { RequestFault } from '../org/errors.ts';
import type { QueryContext } from '../soql/names.ts';
import { CsvFault, readCsv } from './csv.ts';
import { CHUNK, saveChunk } from './ingest.ts';
import { isFinal, type AnyJob, type IngestJob, type Jobs, type QueryJob } from './jobs.ts';
import { runBulkQuery } from './query.ts';
import { columnsOf } from './rows.ts';

/** Rows of one internal batch, which are what the daily allowance counts. */
const BATCH = 10_000;
const LOCK_WAIT_MS = 50;

/** Works jobs off behind the calls that made them: chunk by chunk, so that other calls come between. */
export class BulkWorker {
  readonly #org: SimulatedOrg;
  readonly #jobs: Jobs;
  readonly #delayMs: () => number;

  /** @param delayMs how long a job stays in each state that is not its last */
  constructor(org: SimulatedOrg, jobs: Jobs, delayMs: () => number) {
    this.#org = org;
    this.#jobs = jobs;
    this.#delayMs = delayMs;
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => void setTimeout(resolve, ms).unref());
  }

  /** False once the job was aborted, deleted, or went with a reset. */
  #goesOn(job: AnyJob): boolean {
    return this.#jobs.has(job) && !isFinal(job);
  }

  async #work(job: AnyJob, work: () => Promise<void> | void): Promise<void> {
    await this.#wait(this.#delayMs());
    if (!this.#goesOn(job)) return;
    this.#jobs.move(job, 'InProgress');
    await this.#wait(this.#delayMs());
    const started = Date.now();
    try {
      await work();
      if (this.#goesOn(job)) this.#jobs.move(job, 'JobComplete');
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const own = error instanceof CsvFault || error instanceof RequestFault;
      if (this.#goesOn(job)) this.#jobs.move(job, 'Failed', own ? message : `InternalServerError : ${message}`);
    }
    job.processingTime = Date.now() - started;
  }

  async #ingest(job: IngestJob): Promise<void> {
    const { columns } = this.#open(job);
    for (let from = 0; from < job.table.rows.length && this.#goesOn(job); from += CHUNK) {
      if (from % BATCH === 0) this.#jobs.use(1, 0);
      const outcomes = await saveChunk(this.#org, job, columns, from, () =>
        this.#wait(Math.max(LOCK_WAIT_MS, this.#delayMs())),
      );
      // No order of results is promised, so the last chunk comes first.
      job.outcomes.unshift(...outcomes);
      job.processed += outcomes.length;
      await this.#wait(0);
    }
  }

  #open(job: IngestJob): { columns: ReturnType<typeof columnsOf> } {
    const object = this.#org.object(job.object)!;
    job.table = readCsv(job.content ?? '', job);
    job.content = null;
    return { columns: columnsOf(this.#org, this.#org.accessOf(job.createdById), object, job.table.header) };
  }

  ingest(job: IngestJob): void {
    void this.#work(job, () => this.#ingest(job));
  }

  query(job: QueryJob, context: QueryContext): void {
    this.#jobs.use(0, 1);
    void this.#work(job, () => {
      const { header, lines } = runBulkQuery(context);
      Object.assign(job, { header, lines, processed: lines.length });
    });
  }
}
