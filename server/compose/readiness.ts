import type { ReadyCheck } from '../interfaces/http/app.ts';
import { databaseReady } from '../platform/db/ready.ts';
import { troubles } from '../sync/limits/state.ts';
import { keptVerdict, troubleOf } from '../sync/mapping/verdict.ts';
import { orgStatus } from '../sync/outbox/status.ts';
import type { Base } from './base.ts';

/** What is left alone now, and why, for people; none of it keeps the server from being ready. */
async function upstreamChecks({ database }: Base): Promise<ReadyCheck[]> {
  return (await troubles(database.db)).map(({ name, state, seconds, reason }) => ({
    name: `limits of ${name}`,
    ok: true,
    message: `${state === 'open' ? 'It does not answer' : 'It is left alone'}; asked again in ${seconds} s. ${reason}`,
  }));
}

/** Whether the systems on both sides are being reached, for people; none of it keeps the server from being ready. */
async function connectionChecks({ config, database, store, connections }: Base): Promise<ReadyCheck[]> {
  const { orgId, apiReserve } = config.salesforce;
  const statuses = [
    ...connections.map(async ({ name }) => ({ name, ...(await store.statusOf(name)) })),
    orgStatus(database.db, orgId, apiReserve).then((status) => ({ name: 'salesforce', ...status })),
  ];
  return (await Promise.all(statuses)).map(({ name, state, message }) => ({
    name,
    ok: true,
    message: state === 'Connected' ? message : `${state}: ${message}`,
  }));
}

/** Everything that /readyz tells. */
export async function readiness(base: Base): Promise<ReadyCheck[]> {
  const { mapping } = base.config;
  const trouble = mapping.length === 0 ? '' : troubleOf(mapping, await keptVerdict(base.database.db, mapping));
  return [
    ...(await databaseReady(base.database.db)),
    ...(await connectionChecks(base)),
    ...(await upstreamChecks(base)),
    // The rest of what is written does not depend on it.
    ...(trouble === '' ? [] : [{ name: 'mapping', ok: true, message: trouble }]),
  ];
}
