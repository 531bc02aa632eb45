import type { SalesforceClient } from '../connectors/salesforce/client.ts';
import { createOwnerReader } from '../connectors/salesforce/owners.ts';
import { today } from '../domain/time/instant.ts';
import { createBatchReads } from '../sync/outbox/batchReads.ts';
import { recordedSince } from '../sync/records/since.ts';
import type { ProjectDeps } from '../workflows/mirror/projectAccount.ts';
import type { Base } from './base.ts';

/** Activities and deals, from the day on which each was switched on. */
export async function records(
  { config, store, database, clock }: Base,
  client: SalesforceClient,
): Promise<NonNullable<ProjectDeps['records']>> {
  const { timeZone } = config;
  const { records: wanted, apiReserve: reserve } = config.salesforce;
  const day = today(clock.businessNow(), timeZone);
  const from = await recordedSince(database.db, 'deals', wanted.deals !== null, day);
  const settings = {
    invoices: await recordedSince(database.db, 'invoices', wanted.invoices, day),
    payments: await recordedSince(database.db, 'payments', wanted.payments, day),
    deals: wanted.deals === null || from === null ? null : { ...wanted.deals, from },
    timeZone,
  };
  const reads = createBatchReads({
    store,
    reserve,
    usage: async () => (await client.session()).limitInfo.apiUsage ?? null,
  });
  await recordedSince(database.db, 'notices', wanted.notices, day);
  const ownerOf = createOwnerReader(client);
  return { settings, ownerOf: (accountId) => reads(() => ownerOf(accountId)) };
}
