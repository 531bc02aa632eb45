import type { SimContext } from '../../kit/sim.ts';
import { queryContext } from '../rest/query/query.ts';
import { jsonObject, onlyNames } from '../rest/wire/body.ts';
import { noContent, ok, param, type Call } from '../rest/wire/call.ts';
import type { Routes } from '../rest/wire/routes.ts';
import { writeCsv } from './csv.ts';
import { dialectOf, listReply, text } from './common.ts';
import type { BulkParts } from './ingestRoutes.ts';
import { jobFault, jobHead, jobInfo, needState, type QueryJob } from './jobs.ts';
import { checkBulkQuery } from './query.ts';

const PAGE = 50_000;

const locatorOf = (from: number): string => Buffer.from(`row ${from}`).toString('base64url');

/** Index of the first row of a page. @throws RequestFault */
function fromOf(locator: string | null): number {
  if (locator === null) return 0;
  const digits = /^row (\d+)$/.exec(Buffer.from(locator, 'base64url').toString('utf8'))?.[1];
  if (digits === undefined) throw jobFault('INVALID_QUERY_LOCATOR', 'invalid query locator');
  return Number(digits);
}

function pageSize(call: Call): number {
  const wanted = Number(call.query.get('maxRecords') ?? PAGE);
  if (!Number.isInteger(wanted) || wanted < 1) throw jobFault('INVALIDJOB', 'InvalidJob : Invalid maxRecords');
  return Math.min(wanted, PAGE);
}

/** Query jobs of Bulk API 2.0 (Bulk API 2.0 Developer Guide, "Bulk API 2.0 Query"). */
export function addBulkQuery(routes: Routes, ctx: SimContext, parts: BulkParts): void {
  const { org, jobs, worker, limits } = parts;
  const jobOf = (call: Call): QueryJob => jobs.get('query', param(call, 'id'), call.access);
  routes.on('POST', '/jobs/query', (call) => {
    const body = jsonObject(call);
    onlyNames(body, ['operation', 'query', 'contentType', 'columnDelimiter', 'lineEnding']);
    const operation = text(body, 'operation') ?? '';
    if (operation !== 'query' && operation !== 'queryAll')
      throw jobFault('INVALIDOPERATION', `InvalidOperation : ${operation} is no operation`);
    if ((text(body, 'contentType') ?? 'CSV') !== 'CSV')
      throw jobFault('INVALIDJOB', 'InvalidJob : Invalid contentType');
    const query = text(body, 'query') ?? '';
    const context = queryContext(ctx, org, call, query, operation === 'queryAll');
    const object = checkBulkQuery(context);
    if (jobs.usage().queryJobs >= limits().queryJobs)
      throw jobFault('EXCEEDEDQUOTA', 'ExceededQuota : The query jobs of the last 24 hours are used up');
    const now = jobs.now();
    const job: QueryJob = {
      ...dialectOf(body),
      kind: 'query',
      id: jobs.newId(),
      object,
      operation,
      query,
      createdById: call.access.userId,
      createdDate: now,
      systemModstamp: now,
      state: 'UploadComplete',
      apiVersion: call.version,
      origin: '',
      processed: 0,
      retries: 0,
      processingTime: 0,
      errorMessage: null,
      header: [],
      lines: [],
    };
    jobs.add(job);
    worker.query(job, context);
    return ok(jobHead(job));
  });
  routes.on('GET', '/jobs/query', (call) => listReply(call, jobs.list('query', call.access)));
  routes.on('GET', '/jobs/query/:id', (call) => ok(jobInfo(jobOf(call))));
  routes.on('PATCH', '/jobs/query/:id', (call) => {
    const job = jobOf(call);
    const body = jsonObject(call);
    onlyNames(body, ['state']);
    if (body['state'] !== 'Aborted') throw jobFault('INVALIDJOBSTATE', 'state must be Aborted');
    needState(job, ['UploadComplete', 'InProgress'], 'Aborted');
    jobs.move(job, 'Aborted');
    return ok(jobHead(job));
  });
  routes.on('DELETE', '/jobs/query/:id', (call) => {
    const job = jobOf(call);
    needState(job, ['JobComplete', 'Failed', 'Aborted'], 'A deletion');
    jobs.delete(job);
    return noContent;
  });
  routes.on('GET', '/jobs/query/:id/results', (call) => {
    const job = jobOf(call);
    needState(job, ['JobComplete'], 'Reading results');
    const from = fromOf(call.query.get('locator'));
    const lines = job.lines.slice(from, from + pageSize(call));
    const next = from + lines.length;
    return {
      status: 200,
      headers: {
        'Sforce-Locator': next < job.lines.length ? locatorOf(next) : 'null',
        'Sforce-NumberOfRecords': String(lines.length),
      },
      text: { type: 'text/csv', content: writeCsv([job.header, ...lines], job) },
      rows: lines.length,
    };
  });
}
