import { Counter } from 'prom-client';
import type { SalesforceClient } from '../connectors/salesforce/client.ts';
import { createCandidateReader } from '../connectors/salesforce/matching/candidates.ts';
import { createLinkRowReader } from '../connectors/salesforce/matching/linkRows.ts';
import { accountFields } from '../connectors/salesforce/matching/orgFields.ts';
import { toLinkRow } from '../connectors/salesforce/matching/row.ts';
import { createOrgAccounts } from '../sync/drift/accounts.ts';
import { createMatchReader } from '../sync/matching/reader.ts';
import { createBatchReads } from '../sync/outbox/batchReads.ts';
import { matchBillingAccount } from '../workflows/matching/matchBillingAccount.ts';
import type { KeyHandler } from '../workflows/ports/keyWork.ts';
import type { Base } from './base.ts';

/** What finds the Account of billing accounts that name none. */
export function matching({ config, store, database, clock, metrics }: Base, client: SalesforceClient): KeyHandler {
  const { apiVersion, apiReserve, orgId } = config.salesforce;
  const decided = new Counter({
    name: 'billing360_match_looks_total',
    help: 'Looks for the Account of a billing account that names none, by outcome: linked, waiting',
    labelNames: ['outcome'] as const,
    registers: [metrics],
  });
  const fields = new Map(config.connections.map(({ connection, matchField }) => [connection, matchField]));
  return matchBillingAccount({
    mirror: store,
    matches: createMatchReader(database.db),
    accounts: createOrgAccounts(database.db),
    candidates: createCandidateReader(client, apiVersion, accountFields(client)),
    rows: createLinkRowReader(client),
    reads: createBatchReads({
      store,
      reserve: apiReserve,
      usage: async () => (await client.session()).limitInfo.apiUsage ?? null,
    }),
    toRow: toLinkRow,
    fieldOf: (connection) => fields.get(connection) ?? null,
    orgId,
    clock,
    timeZone: config.timeZone,
    onDecided: (outcome) => decided.inc({ outcome }),
  });
}
