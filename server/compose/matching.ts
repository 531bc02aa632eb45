import { Counter } from 'prom-client';
import type { OrgCalls } from '../connectors/salesforce/calls.ts';
import type { SalesforceClient } from '../connectors/salesforce/client.ts';
import { createCandidateReader } from '../connectors/salesforce/matching/candidates.ts';
import { createLinkRowReader } from '../connectors/salesforce/matching/linkRows.ts';
import { createAccountMaker } from '../connectors/salesforce/matching/makeAccounts.ts';
import { accountFields } from '../connectors/salesforce/matching/orgFields.ts';
import { toLinkRow } from '../connectors/salesforce/matching/row.ts';
import { partsOf } from '../domain/billingAccount/key.ts';
import { createOrgAccounts } from '../sync/drift/accounts.ts';
import { createCreationClaims } from '../sync/matching/claims.ts';
import { createMatchReader } from '../sync/matching/reader.ts';
import { createBatchReads } from '../sync/outbox/batchReads.ts';
import { matchBillingAccount } from '../workflows/matching/matchBillingAccount.ts';
import type { KeyHandler } from '../workflows/ports/keyWork.ts';
import type { Base } from './base.ts';
import { reportingOf } from './reporting.ts';

/** What finds the Account of billing accounts that name none, or has one made. */
export function matching(
  { config, store, database, clock, metrics }: Base,
  client: SalesforceClient,
  calls: Pick<OrgCalls, 'send'>,
): KeyHandler {
  const { apiVersion, apiReserve, orgId } = config.salesforce;
  const decided = new Counter({
    name: 'billing360_match_looks_total',
    help: 'Looks for the Account of a billing account that names none, by outcome: linked, waiting',
    labelNames: ['outcome'] as const,
    registers: [metrics],
  });
  const settings = new Map(config.connections.map((one) => [one.connection, one]));
  const personTypeOf = (connection: string) => settings.get(connection)?.personRecordType ?? null;
  const fieldsOf = accountFields(client);
  return matchBillingAccount({
    mirror: store,
    matches: createMatchReader(database.db),
    accounts: createOrgAccounts(database.db),
    candidates: createCandidateReader(client, apiVersion, fieldsOf),
    rows: createLinkRowReader(client),
    reads: createBatchReads({
      store,
      reserve: apiReserve,
      usage: async () => (await client.session()).limitInfo.apiUsage ?? null,
    }),
    toRow: toLinkRow,
    fieldOf: (connection) => settings.get(connection)?.matchField ?? null,
    creation: {
      of: (connection) =>
        settings.get(connection)?.createAccounts === true ? { persons: personTypeOf(connection) !== null } : null,
      claims: createCreationClaims(database.db),
      maker: createAccountMaker({
        client,
        calls,
        fieldsOf,
        personRecordType: (key) => personTypeOf(partsOf(key).connection),
        metrics,
      }),
    },
    orgId,
    clock,
    timeZone: config.timeZone,
    reporting: reportingOf(config.reporting),
    onDecided: (outcome) => decided.inc({ outcome }),
  });
}
