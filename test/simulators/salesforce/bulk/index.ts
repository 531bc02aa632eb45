import type { SimContext } from '../../kit/sim.ts';
import type { SimulatedOrg } from '../org/org.ts';
import { BULK_LIMITS, type BulkUsage } from '../rest/discovery/resources.ts';
import type { RestSwitches } from '../rest/switches.ts';
import type { Routes } from '../rest/wire/routes.ts';
import { addIngest } from './ingestRoutes.ts';
import { Jobs } from './jobs.ts';
import { addBulkQuery } from './queryRoutes.ts';
import { BulkWorker } from './worker.ts';

/** Bulk API 2.0; the older Bulk API answers 501. */
export function addBulk(
  routes: Routes,
  ctx: SimContext,
  org: SimulatedOrg,
  switches: RestSwitches,
): { clear(): void; usage(): BulkUsage } {
  const jobs = new Jobs(ctx.clock);
  const worker = new BulkWorker(org, jobs, () => switches.bulkDelayMs);
  const limits = () => ({ batches: switches.bulkBatchLimit, queryJobs: BULK_LIMITS.queryJobs });
  const parts = { org, jobs, worker, limits };
  addIngest(routes, parts);
  addBulkQuery(routes, ctx, parts);
  ctx.app.use('/services/async', (req, res) => {
    ctx.calls.call(req.method, '/services/async');
    ctx.calls.refuse('Bulk API 1.0');
    res
      .status(501)
      .type('xml')
      .send(
        '<?xml version="1.0" encoding="UTF-8"?><error xmlns="http://www.force.com/2009/06/asyncapi/dataload"><exceptionCode>NotImplemented</exceptionCode><exceptionMessage>Bulk API 1.0 is not simulated; Bulk API 2.0 is</exceptionMessage></error>',
      );
  });
  return {
    clear: () => jobs.clear(),
    usage: () => ({ ...jobs.usage(), queryStorageMB: 0 }),
  };
}
