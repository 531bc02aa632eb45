import express, { type Request } from 'express';
import { zipSync } from 'fflate';
import { gzipSync } from 'node:zlib';
import * as z from 'zod';
import { category, notFound, notSimulated, ZuoraError } from '../protocol/errors.ts';
import { parse } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';
import { withDeleted } from './deleted.ts';
import { fileText } from './output.ts';
import { beyondSubset, runSql, SqlError } from './sql.ts';

const jobSchema = z.strictObject({
  query: z.string().min(1),
  outputFormat: z.enum(['JSON', 'CSV', 'TSV', 'DSV']),
  compression: z.enum(['NONE', 'GZIP', 'ZIP']),
  output: z.strictObject({ target: z.literal('S3') }),
  columnSeparator: z.string().length(1).optional(),
  encryptionKey: z.string().optional(),
  readDeleted: z.boolean().optional(),
  sourceData: z.enum(['LIVE', 'WAREHOUSE']).optional(),
  useIndexJoin: z.boolean().optional(),
  warehouseSize: z.string().optional(),
});

type Job = {
  id: string;
  request: z.output<typeof jobSchema>;
  status: 'submitted' | 'in_progress' | 'completed' | 'failed' | 'cancelled';
  /** Real time from which on it is done. */
  dueAt: number;
  submittedAt: number;
  updatedOn: string;
  rows: number;
  error: string | null;
  /** Secret part of the address of its file. */
  signature: string;
  file: Buffer | null;
};

const endings = { JSON: 'jsonl', CSV: 'csv', TSV: 'tsv', DSV: 'dsv' } as const;
const compressed = { NONE: '', GZIP: '.gz', ZIP: '.zip' } as const;
/** The address of a file holds for so long. */
const fileLivesMs = 5 * 3_600_000;

/**
 * Data Query: jobs that go from submitted over in_progress to completed or failed, and files behind signed addresses.
 * Jobs live as long as the simulator runs.
 */
export function dataQueryRoutes(tenant: Tenant, origin: () => string): { files: express.Router; jobs: express.Router } {
  const files = express.Router();
  const jobs = express.Router();
  const byId = new Map<string, Job>();
  const find = (id: string): Job => {
    const job = byId.get(id);
    if (!job) throw notFound(id);
    return follow(tenant, job);
  };
  const view = (job: Job) => ({
    createdBy: tenant.userId,
    id: job.id,
    query: job.request.query,
    queryStatus: job.status,
    remainingRetries: 3,
    sourceData: job.request.sourceData ?? 'LIVE',
    updatedOn: job.updatedOn,
    useIndexJoin: job.request.useIndexJoin ?? false,
    ...(job.status === 'completed' && {
      dataFile: `${origin()}/data-query-files/${fileName(job)}?X-Amz-Signature=${job.signature}`,
      outputRows: job.rows,
      processingTime: Math.max(1, job.dueAt - job.submittedAt),
    }),
    ...(job.error !== null && { errorMessage: job.error }),
  });

  jobs.post('/query/jobs', (req, res) => {
    const request = parse(jobSchema, req.body);
    if (request.outputFormat === 'DSV' && request.columnSeparator === undefined)
      throw new ZuoraError(category.missingField, 'Missing required value: columnSeparator.');
    const other = beyondSubset(request.query);
    if (other !== undefined) notSimulated(tenant.ctx.calls, `${other} in a Data Query`);
    const now = Date.now();
    const job: Job = {
      id: tenant.newId(),
      request,
      status: 'submitted',
      dueAt: now + tenant.options.jobMs,
      submittedAt: now,
      updatedOn: tenant.ctx.clock.now().toISOString(),
      rows: 0,
      error: null,
      signature: tenant.newId(),
      file: null,
    };
    byId.set(job.id, job);
    res.json({ data: view(job) });
  });
  jobs.get('/query/jobs', (req: Request, res) => {
    const { queryStatus, pageSize } = req.query;
    const found = [...byId.values()]
      .map((job) => follow(tenant, job))
      .filter((job) => queryStatus === undefined || job.status === queryStatus)
      .toReversed();
    res.json({ data: found.slice(0, Number(pageSize ?? 20)).map(view) });
  });
  jobs.get('/query/jobs/:id', (req, res) => res.json({ data: view(find(req.params.id)) }));
  jobs.delete('/query/jobs/:id', (req, res) => {
    const job = find(req.params.id);
    if (job.status === 'completed' || job.status === 'failed')
      throw new ZuoraError(category.rule, `The query job is ${job.status} and cannot be cancelled.`);
    job.status = 'cancelled';
    res.json({ data: view(job) });
  });
  files.get('/data-query-files/:name', (req, res) => {
    const job = byId.get(req.params.name.split('.')[0]!);
    const valid = job?.file && req.query['X-Amz-Signature'] === job.signature && req.params.name === fileName(job);
    if (!valid || Date.now() - job.dueAt > fileLivesMs)
      return void res.status(403).type('application/xml').send('<Error><Code>AccessDenied</Code></Error>');
    res.type('application/octet-stream').send(job.file);
  });
  return { files, jobs };
}

const fileName = ({ id, request }: Job): string =>
  `${id}.${endings[request.outputFormat]}${compressed[request.compression]}`;

/** Moves a job on to what real time says. */
function follow(tenant: Tenant, job: Job): Job {
  if (job.status !== 'submitted' && job.status !== 'in_progress') return job;
  job.status = 'in_progress';
  if (Date.now() < job.dueAt) return job;
  job.updatedOn = tenant.ctx.clock.now().toISOString();
  try {
    const run = () => runSql(tenant, job.request.query);
    const { labels, rows } = job.request.readDeleted ? withDeleted(tenant, run) : run();
    job.rows = rows.length;
    job.file = fileOf(job, labels, rows);
    job.status = 'completed';
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    job.error = error.message;
    job.status = 'failed';
  }
  return job;
}

function fileOf(job: Job, labels: readonly string[], rows: readonly unknown[][]): Buffer {
  const { outputFormat, columnSeparator, compression } = job.request;
  const separators = { JSON: 'JSON', CSV: ',', TSV: '\t', DSV: columnSeparator ?? '|' };
  const text = Buffer.from(fileText(labels, rows, separators[outputFormat]));
  if (compression === 'GZIP') return gzipSync(text);
  if (compression === 'ZIP') return Buffer.from(zipSync({ [`${job.id}.${endings[outputFormat]}`]: text }));
  return text;
}
