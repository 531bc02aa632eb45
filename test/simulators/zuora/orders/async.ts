import express from 'express';
import { notFound, ZuoraError } from '../protocol/errors.ts';
import { onlyQuery } from '../protocol/paging.ts';
import { parse } from '../protocol/parse.ts';
import { throwRefusal } from '../protocol/refusals.ts';
import type { Tenant } from '../tenant.ts';
import { createOrder } from './create.ts';
import type { AsyncJob } from './model.ts';
import { previewOrder } from './preview.ts';
import { checkLimit, limits, orderRequest } from './routes.ts';
import type { OrderRequest } from './schema/order.ts';
import { previewSchema, type PreviewRequest } from './schema/preview.ts';
import { refuseUnsupported } from './unsupported.ts';
import { orderAnswer } from './view.ts';

/** Six digits that name order previews in error codes (seen live: 58740021). */
const preview = 587400;

const paths = { AsyncCreateOrder: '/v1/async/orders', AsyncPreviewOrder: '/v1/async/orders/preview' };

function previewRequest(tenant: Tenant, body: unknown, limit: number): PreviewRequest {
  refuseUnsupported(tenant, body);
  const request = parse(previewSchema, body, preview);
  checkLimit(request.subscriptions, limit);
  return request;
}

/** Does the work of a job; a refusal becomes its `errors`, with the code in brackets as clients look for it. */
function run(tenant: Tenant, job: AsyncJob): void {
  if (job.status !== 'Processing' || tenant.by('asyncJobs', 'id', job.id)[0] !== job) return;
  try {
    throwRefusal(tenant, { method: 'JOB', path: paths[job.kind] }, () => true);
    job.result = { success: true, jobType: job.kind, ...resultOf(tenant, job) };
    job.status = 'Completed';
  } catch (error) {
    if (!(error instanceof ZuoraError)) throw error;
    job.status = 'Failed';
    job.errors = `[${error.code}] ${error.message}`;
  }
  job.request = null;
  tenant.touch();
}

function resultOf(tenant: Tenant, job: AsyncJob): Record<string, unknown> {
  if (job.kind === 'AsyncPreviewOrder') return { previewResult: previewOrder(tenant, job.request as PreviewRequest) };
  const outcome = createOrder(tenant, job.request as OrderRequest);
  return orderAnswer(tenant, outcome, job.returnIds, { subscriptionContainers: true });
}

/** Previews, and orders and previews that are worked on later. */
export function asyncOrderRoutes(tenant: Tenant): express.Router {
  const router = express.Router();
  const start = (kind: AsyncJob['kind'], request: unknown, returnIds: boolean): string => {
    const { asyncJobMs } = tenant.options;
    const id = tenant.newId();
    const doneAt = Date.now() + asyncJobMs;
    const job: AsyncJob = { id, kind, status: 'Processing', doneAt, returnIds, request, result: null, errors: null };
    tenant.data.asyncJobs.push(job);
    tenant.touch();
    setTimeout(() => run(tenant, job), asyncJobMs).unref();
    return id;
  };
  router.post('/v1/orders/preview', (req, res) => {
    onlyQuery(req, []);
    res.json({ success: true, previewResult: previewOrder(tenant, previewRequest(tenant, req.body, limits.sync)) });
  });
  router.post('/v1/async/orders', (req, res) => {
    onlyQuery(req, ['returnIds']);
    const request = orderRequest(tenant, req.body, limits.async);
    const jobId = start('AsyncCreateOrder', request, req.query['returnIds'] === 'true');
    res.status(202).json({ success: true, jobId });
  });
  router.post('/v1/async/orders/preview', (req, res) => {
    onlyQuery(req, []);
    // The vendor's description has no `success` here.
    const jobId = start('AsyncPreviewOrder', previewRequest(tenant, req.body, limits.async), false);
    res.status(202).json({ jobId });
  });
  router.get('/v1/async-jobs/:id', (req, res) => {
    const job = tenant.by('asyncJobs', 'id', req.params.id)[0];
    const { asyncJobKeepMs } = tenant.options;
    if (!job || (asyncJobKeepMs !== null && Date.now() > job.doneAt + asyncJobKeepMs)) throw notFound(req.params.id);
    if (Date.now() >= job.doneAt) run(tenant, job);
    const { status, errors, result } = job;
    res.json({ status, errors, result, success: true });
  });
  return router;
}
