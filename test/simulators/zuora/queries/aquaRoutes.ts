import express from 'express';
import { zipSync } from 'fflate';
import { gzipSync } from 'node:zlib';
import * as z from 'zod';
import { isoSeconds } from '../dates.ts';
import { notFound, notSimulated } from '../protocol/errors.ts';
import { parse } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';
import { fileText } from './output.ts';
import { printed, runZoql, ZoqlFault } from './zoql.ts';

const jobSchema = z.strictObject({
  format: z.enum(['csv', 'zip', 'gzip']).optional(),
  version: z.union([z.string(), z.number()]).transform(String).optional(),
  name: z.string().optional(),
  encrypted: z.literal('none').optional(),
  useQueryLabels: z.union([z.boolean(), z.string()]).optional(),
  dateTimeUtc: z.union([z.boolean(), z.string()]).optional(),
  partner: z.string().optional(),
  project: z.string().optional(),
  incrementalTime: z.string().optional(),
  sourceData: z.enum(['LIVE', 'WAREHOUSE']).optional(),
  queries: z
    .array(
      z.strictObject({
        name: z.string(),
        query: z.string(),
        type: z.enum(['zoqlexport', 'zoql']),
        apiVersion: z.string().optional(),
        deleted: z.unknown().optional(),
      }),
    )
    .min(1)
    .max(50),
});

type Request = z.output<typeof jobSchema>;

type Batch = {
  batchId: string;
  name: string;
  query: string;
  batchType: string;
  status: 'submitted' | 'executing' | 'completed' | 'aborted';
  recordCount: number;
  fileId: string | null;
  message: string | null;
  full: boolean;
};

type Job = {
  id: string;
  request: Request;
  status: 'submitted' | 'executing' | 'completed' | 'error' | 'cancelled';
  batches: Batch[];
  startTime: number;
  dueAt: number;
};

/** Labels of an export without `useQueryLabels`, such as `Invoice: Invoice Number`. */
const label = (object: string, field: string): string => {
  const [owner, name] = field.includes('.') ? (field.split('.') as [string, string]) : [object, field];
  return `${owner}: ${name.replace(/([a-z])([A-Z])/g, '$1 $2')}`;
};

/**
 * AQuA: jobs of export queries, one file each. With partner and project a job is incremental: only what changed since
 * the last one of both.
 */
export function aquaRoutes(tenant: Tenant): express.Router {
  const router = express.Router();
  const jobs = new Map<string, Job>();
  const files = new Map<string, Buffer>();
  const find = (id: string): Job => {
    const job = jobs.get(id);
    if (!job) throw notFound(id);
    return follow(job);
  };
  const view = (job: Job) => ({
    id: job.id,
    name: job.request.name ?? null,
    status: job.status,
    format: job.request.format ?? 'csv',
    version: job.request.version ?? '1.1',
    encrypted: 'none',
    partner: job.request.partner ?? '',
    project: job.request.project ?? '',
    startTime: isoSeconds(job.startTime),
    batches: job.batches.map(({ message, fileId, ...batch }) => ({
      ...batch,
      apiVersion: '102.0',
      ...(fileId !== null && { fileId }),
      ...(message !== null && { message }),
    })),
  });
  router.post(['/v1/batch-query', '/v1/batch-query/'], (req, res) => {
    const request = parse(jobSchema, req.body);
    if (request.queries.some((one) => one.deleted !== undefined))
      notSimulated(tenant.ctx.calls, 'deleted records in AQuA');
    const names = request.queries.map((one) => one.name);
    if (new Set(names).size < names.length)
      return void res.json({ errorCode: '90005', message: 'The names of queries must differ.', status: 'error' });
    const stateful = (request.partner ?? '') !== '' && (request.project ?? '') !== '';
    const before = [...jobs.values()].some(
      (one) => stateful && sameProject(one, request) && one.status === 'completed',
    );
    const job: Job = {
      id: tenant.newId(),
      request,
      status: 'submitted',
      startTime: tenant.now(),
      dueAt: Date.now() + tenant.options.jobMs,
      batches: request.queries.map((one) => ({
        batchId: tenant.newId(),
        name: one.name,
        query: one.query,
        batchType: one.type,
        status: 'submitted',
        recordCount: 0,
        fileId: null,
        message: null,
        full: !before,
      })),
    };
    jobs.set(job.id, job);
    res.json(view(job));
  });
  router.get('/v1/batch-query/jobs/:id', (req, res) => res.json(view(find(req.params.id))));
  router.delete('/v1/batch-query/jobs/:id', (req, res) => {
    const job = find(req.params.id);
    if (job.status === 'submitted' || job.status === 'executing') job.status = 'cancelled';
    res.json(view(job));
  });
  router.get('/v1/files/:id', (req, res) => {
    const file = files.get(req.params.id);
    if (!file) throw notFound(req.params.id);
    res.type('application/octet-stream').send(file);
  });
  return router;

  function sameProject(job: Job, request: Request): boolean {
    return job.request.partner === request.partner && job.request.project === request.project;
  }

  function follow(job: Job): Job {
    if (job.status !== 'submitted' && job.status !== 'executing') return job;
    job.status = 'executing';
    if (Date.now() < job.dueAt) return job;
    const last = [...jobs.values()].findLast(
      (one) => one !== job && one.status === 'completed' && sameProject(one, job.request),
    );
    job.status = 'completed';
    for (const batch of job.batches) run(job, batch, batch.full ? undefined : last?.startTime);
    return job;
  }

  function run(job: Job, batch: Batch, since: number | undefined): void {
    try {
      const { fields, object, rows } = runZoql(tenant, batch.query, batch.batchType === 'zoqlexport');
      const updated = object.fields(tenant).get('updateddate');
      const from = since === undefined ? undefined : isoSeconds(since);
      const left = rows.filter(({ record }) => from === undefined || String(updated?.of(record)) >= from);
      const labels =
        String(job.request.useQueryLabels) === 'true' ? fields : fields.map((one) => label(object.name, one));
      const utc = String(job.request.dateTimeUtc) === 'true';
      const text = Buffer.from(
        fileText(
          labels,
          left.map(({ values }) => (utc ? values : values.map((value) => printed(tenant, value)))),
          ',',
        ),
      );
      const format = job.request.format ?? 'csv';
      const id = tenant.newId();
      files.set(
        id,
        format === 'gzip'
          ? gzipSync(text)
          : format === 'zip'
            ? Buffer.from(zipSync({ [`${batch.name}.csv`]: text }))
            : text,
      );
      Object.assign(batch, { status: 'completed', recordCount: left.length, fileId: id });
    } catch (error) {
      if (!(error instanceof ZoqlFault)) throw error;
      Object.assign(batch, { status: 'aborted', message: error.message });
      job.status = 'error';
    }
  }
}
