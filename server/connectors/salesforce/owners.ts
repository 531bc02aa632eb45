import { id18 } from '../../domain/billingAccount/salesforceId.ts';
import { gather } from '../../platform/gather.ts';
import { inList, queryAll, type Found } from './changes/query.ts';
import type { SalesforceClient } from './client.ts';

const MOST_IDS = 100;

/** Who owns Accounts; those that are asked for at about the same time share a call. Nobody can be given to a user who is not active. */
export function createOwnerReader(client: SalesforceClient): (accountId: string) => Promise<string | null> {
  const read = gather<string, string>(MOST_IDS, async (ids) => {
    const found = await queryAll(
      client,
      `SELECT Id, OwnerId, Owner.IsActive FROM Account WHERE IsDeleted = false AND Id IN ${inList(ids)}`,
    );
    const active = found.filter(({ Owner }) => (Owner as Found | null)?.['IsActive'] === true);
    return new Map(active.map(({ Id, OwnerId }) => [id18(String(Id)), id18(String(OwnerId))]));
  });
  return async (accountId) => (await read(accountId)) ?? null;
}
