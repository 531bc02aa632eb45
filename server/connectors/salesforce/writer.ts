import { Fault } from '../../domain/fault.ts';
import type { OrgWrite, OrgWriter, OrgWriteResult } from '../../workflows/ports/orgRows.ts';
import type { SalesforceClient } from './client.ts';
import { toFault, toRowResult, type RowError } from './errors.ts';

/** Above this a call counts as unanswered, in ms. A write that lands later is refused by its row version. */
const callDeadlineMs = 60_000;

type CollectionsResult = { success: boolean; errors: RowError[] };

/** Rows to Salesforce by sObject Collections: upsert by `Key__c`, and update by id for fields on Account. */
export function createOrgWriter(client: SalesforceClient): OrgWriter {
  let usage: { used: number; limit: number } | null = null;
  return {
    usage: () => usage,
    async write(object, writes) {
      if (writes.length > 200)
        throw new Fault({
          code: 'too_many_rows',
          kind: 'bug',
          publicText: 'A Collections call takes 200 rows at most.',
        });
      const connection = await client.session();
      try {
        const records = writes.map((write) => toRecord(write));
        const call: Promise<unknown> =
          object === 'Account'
            ? connection.update(object, records as { Id: string }[], { allOrNone: false })
            : connection.upsert(object, records, 'Key__c', { allOrNone: false });
        return toResults(await withDeadline(call), writes.length);
      } catch (error) {
        throw toFault(error, `write ${object}`);
      } finally {
        const seen = connection.limitInfo.apiUsage;
        if (seen) usage = { used: seen.used, limit: seen.limit };
      }
    },
  };
}

function toRecord({ row, accountId, rowVersion, syncedAt }: OrgWrite): Record<string, unknown> {
  if (row.object === 'Account') return { Id: row.key, ...row.fields, Billing_Row_Version__c: rowVersion };
  return {
    Key__c: row.key,
    ...row.fields,
    ...Object.fromEntries(
      Object.entries(row.parents).map(([relationship, parent]) => [relationship, { Key__c: parent.key }]),
    ),
    ...(accountId === null ? {} : { Account__c: accountId }),
    Row_Version__c: rowVersion,
    Synced_At__c: syncedAt.toISOString(),
  };
}

/** An answer of any other shape proves nothing: neither that the rows were written nor that they were not. */
function toResults(answer: unknown, expected: number): OrgWriteResult[] {
  if (!Array.isArray(answer) || answer.length !== expected)
    throw new Fault({
      code: 'salesforce_unreadable_answer',
      kind: 'unavailable',
      publicText: 'Salesforce answered something that is no list of row results; the same rows are sent again.',
      outcomeUnknown: true,
    });
  return (answer as CollectionsResult[]).map((result) =>
    result.success ? { outcome: 'written' } : toRowResult(result.errors ?? []),
  );
}

async function withDeadline<T>(call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new Fault({
            code: 'salesforce_timeout',
            kind: 'unavailable',
            publicText: 'Salesforce did not answer in time; the same rows are sent again.',
            outcomeUnknown: true,
          }),
        ),
      callDeadlineMs,
    );
  });
  try {
    return await Promise.race([call, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
