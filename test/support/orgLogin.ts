import type { SalesforceOptions } from '../../server/connectors/salesforce/client.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import type { Secrets } from './secrets.ts';

/** What the server's client needs to log in to a simulated org that knows the app of these secrets. */
export function orgLogin(sim: { url: string; orgId: string }, secrets: Secrets): SalesforceOptions {
  return {
    loginUrl: sim.url,
    clientId: secrets.salesforceClientId,
    username: USERS.integration,
    privateKey: secrets.salesforcePrivateKey,
    apiVersion: '66.0',
    orgId: sim.orgId,
  };
}
