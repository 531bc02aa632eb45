import type { Db } from '../../platform/db/database.ts';
import type { Scope } from '../../workflows/ports/orgClients.ts';
import { addClientSecret, endClient, insertClient, retireClientSecret, type NewSecret } from '../actions/clients.ts';
import { noteAction } from './action.ts';

export { listClients, type ClientEntry, type NewSecret } from '../actions/clients.ts';

export async function addClientAs(
  db: Db,
  operator: string,
  client: { orgId: string; name: string; scopes: readonly Scope[] },
): Promise<NewSecret> {
  return db.transaction().execute(async (transaction) => {
    const made = await insertClient(transaction, operator, client);
    await noteAction(transaction, operator, 'org-client add', [made.clientId], { ...client, secret: made.secretId });
    return made;
  });
}

export async function rotateClientAs(
  db: Db,
  operator: string,
  clientId: string,
): Promise<Awaited<ReturnType<typeof addClientSecret>>> {
  return db.transaction().execute(async (transaction) => {
    const made = await addClientSecret(transaction, operator, clientId);
    if (typeof made !== 'string')
      await noteAction(transaction, operator, 'org-client rotate', [clientId], { secret: made.secretId });
    return made;
  });
}

export async function retireClientSecretAs(
  db: Db,
  operator: string,
  clientId: string,
  secretId: string,
): Promise<Awaited<ReturnType<typeof retireClientSecret>>> {
  return db.transaction().execute(async (transaction) => {
    const outcome = await retireClientSecret(transaction, clientId, secretId);
    if (outcome === 'done')
      await noteAction(transaction, operator, 'org-client retire', [clientId], { secret: secretId });
    return outcome;
  });
}

/** @returns false when there is no client in force of this id */
export async function revokeClientAs(db: Db, operator: string, clientId: string): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    const ended = await endClient(transaction, clientId);
    if (ended) await noteAction(transaction, operator, 'org-client revoke', [clientId]);
    return ended;
  });
}
