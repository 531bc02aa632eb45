import type { SimulatedOrg } from '../org/org.ts';
import { jsonObject, onlyNames } from '../rest/wire/body.ts';
import { noContent, ok, param, type Call, type Reply } from '../rest/wire/call.ts';
import { changeOrigin } from '../rest/wire/callOptions.ts';
import { RequestFault } from '../org/errors.ts';
import type { Routes } from '../rest/wire/routes.ts';
import { writeCsv } from './csv.ts';
import { dialectOf, listReply, text } from './common.ts';
import { isFinal, jobFault, jobHead, jobInfo, needState, type IngestJob, type Jobs } from './jobs.ts';
import { partsOf } from './multipart.ts';
import type { BulkWorker } from './worker.ts';

const OPERATIONS = ['insert', 'update', 'upsert', 'delete', 'hardDelete'];
const NAMES = ['object', 'operation', 'externalIdFieldName', 'contentType', 'columnDelimiter', 'lineEnding'];
/** Longest file that may come with the job itself, in characters. */
const MAX_MULTIPART = 100_000;

export type BulkParts = {
  org: SimulatedOrg;
  jobs: Jobs;
  worker: BulkWorker;
  limits: () => { batches: number; queryJobs: number };
};

function newJob({ org, jobs, limits }: BulkParts, call: Call, body: Record<string, unknown>): IngestJob {
  onlyNames(body, [...NAMES, 'assignmentRuleId']);
  const operation = text(body, 'operation') ?? '';
  const object = org.object(text(body, 'object') ?? '');
  if (!OPERATIONS.includes(operation))
    throw jobFault('INVALIDOPERATION', `InvalidOperation : ${operation} is no operation`);
  if (!object || !call.access.readsObject(object.name))
    throw jobFault(
      'INVALIDENTITY',
      `InvalidEntity : Entity '${String(body['object'])}' is not supported by the Bulk API.`,
    );
  if ((text(body, 'contentType') ?? 'CSV') !== 'CSV') throw jobFault('INVALIDJOB', 'InvalidJob : Invalid contentType');
  if (body['assignmentRuleId'] !== undefined) throw jobFault('INVALIDJOB', 'InvalidJob : Invalid assignmentRuleId');
  const key = text(body, 'externalIdFieldName') ?? null;
  const named = key === null ? undefined : org.field(object, key);
  const field = named && call.access.readsField(object.name, named.name) ? named : undefined;
  if (operation === 'upsert' && !(field && (field.externalId || field.type === 'id')))
    throw jobFault(
      'INVALIDJOB',
      `InvalidJob : Field name provided, ${key ?? 'null'} is not an External ID or indexed field`,
    );
  if (operation !== 'upsert' && key !== null)
    throw jobFault('INVALIDJOB', 'InvalidJob : External ID field name is for upsert only');
  if (operation === 'hardDelete' && !call.access.hasPermission('BulkApiHardDelete'))
    throw jobFault(
      'FEATURENOTENABLED',
      'FeatureNotEnabled : hardDelete operation requires special user profile permission, please contact your system administrator',
    );
  if (jobs.usage().batches >= limits().batches)
    throw jobFault('EXCEEDEDQUOTA', 'ExceededQuota : The batches of the last 24 hours are used up');
  const now = jobs.now();
  return {
    ...dialectOf(body),
    kind: 'ingest',
    id: jobs.newId(),
    object: object.name,
    operation,
    externalIdFieldName: field?.name ?? null,
    createdById: call.access.userId,
    createdDate: now,
    systemModstamp: now,
    state: 'Open',
    apiVersion: call.version,
    origin: changeOrigin('bulkapi', call.version, call.header('sforce-call-options')),
    content: null,
    table: { header: [], rows: [] },
    processed: 0,
    retries: 0,
    processingTime: 0,
    errorMessage: null,
    outcomes: [],
  };
}

function results(job: IngestJob, what: string): string {
  const { header, rows } = job.table;
  const lines = (own: string[], shown: (outcome: IngestJob['outcomes'][number]) => string[], failed: boolean) => [
    [...own, ...header],
    ...job.outcomes
      .filter(({ error }) => (error !== null) === failed)
      .map((outcome) => [...shown(outcome), ...rows[outcome.row]!]),
  ];
  if (what === 'successfulResults')
    return writeCsv(
      lines(['sf__Id', 'sf__Created'], ({ id, created }) => [id ?? '', String(created)], false),
      job,
    );
  if (what === 'failedResults')
    return writeCsv(
      lines(['sf__Id', 'sf__Error'], ({ id, error }) => [id ?? '', error!], true),
      job,
    );
  if (job.content !== null) return job.content;
  const left = rows.slice(job.processed);
  return header.length === 0 ? '' : writeCsv([header, ...left], job);
}

/** Ingest jobs of Bulk API 2.0 (Bulk API 2.0 Developer Guide, "Bulk API 2.0 Ingest"). */
export function addIngest(routes: Routes, parts: BulkParts): void {
  const { jobs, worker } = parts;
  const jobOf = (call: Call): IngestJob => jobs.get('ingest', param(call, 'id'), call.access);
  const start = (job: IngestJob): void => {
    jobs.move(job, 'UploadComplete');
    worker.ingest(job);
  };
  routes.on('POST', '/jobs/ingest', (call): Reply => {
    if ('type' in call.body && /^multipart\/form-data/i.test(call.body.type)) {
      const { job: asked, content } = partsOf(call.body);
      if (content.length > MAX_MULTIPART)
        throw jobFault(
          'CLIENTINPUTERROR',
          `ClientInputError : a multipart file has at most ${MAX_MULTIPART} characters`,
        );
      const job = newJob(parts, call, asked);
      job.content = content;
      jobs.add(job);
      start(job);
      return ok(jobHead(job));
    }
    const job = newJob(parts, call, jsonObject(call));
    jobs.add(job);
    return ok(jobHead(job));
  });
  routes.on('GET', '/jobs/ingest', (call) => listReply(call, jobs.list('ingest', call.access)));
  routes.on('GET', '/jobs/ingest/:id', (call) => ok(jobInfo(jobOf(call))));
  routes.on('PUT', '/jobs/ingest/:id/batches', (call) => {
    const job = jobOf(call);
    needState(job, ['Open'], 'An upload');
    if (!('type' in call.body) || !/^text\/csv\b/i.test(call.body.type))
      throw new RequestFault(415, 'UNSUPPORTED_MEDIA_TYPE', 'The content of a job must be text/csv');
    if (job.content !== null)
      throw jobFault(
        'CLIENTINPUTERROR',
        `ClientInputError : Found multiple contents for job: <${job.id}>, please 'Close' / 'Abort' / 'Delete' the current Job then create a new Job and make sure you only do 'PUT' once on a given Job.`,
      );
    job.content = call.body.text;
    return { status: 201 };
  });
  routes.on('PATCH', '/jobs/ingest/:id', (call) => {
    const job = jobOf(call);
    const body = jsonObject(call);
    onlyNames(body, ['state']);
    if (body['state'] === 'UploadComplete') {
      needState(job, ['Open'], 'UploadComplete');
      start(job);
    } else if (body['state'] === 'Aborted') {
      needState(job, ['Open', 'UploadComplete', 'InProgress'], 'Aborted');
      jobs.move(job, 'Aborted');
    } else throw jobFault('INVALIDJOBSTATE', 'state must be UploadComplete or Aborted');
    return ok(jobHead(job));
  });
  routes.on('DELETE', '/jobs/ingest/:id', (call) => {
    const job = jobOf(call);
    needState(job, ['UploadComplete', 'JobComplete', 'Failed', 'Aborted'], 'A deletion');
    jobs.delete(job);
    return noContent;
  });
  for (const what of ['successfulResults', 'failedResults', 'unprocessedrecords'])
    routes.on('GET', `/jobs/ingest/:id/${what}`, (call) => {
      const job = jobOf(call);
      if (!isFinal(job)) throw jobFault('INVALIDJOBSTATE', `Results are not ready in state ${job.state}`);
      return { status: 200, text: { type: 'text/csv', content: results(job, what) }, rows: job.processed };
    });
}
