import { createSalesforceClient, type SalesforceClient } from '../connectors/salesforce/client.ts';
import { salesforceLimits } from '../connectors/salesforce/limits.ts';
import { checkOrg } from '../sync/outbox/pin.ts';
import type { Base } from './base.ts';

type Parts = Pick<Base, 'config' | 'clock' | 'secrets' | 'gateOf' | 'shareToken'> & {
  database: Pick<Base['database'], 'db'>;
};

/** The org of the settings, as the integration user, within the limits that all processes share. */
export function orgClient({ config, database, clock, secrets, gateOf, shareToken }: Parts): SalesforceClient {
  const { loginUrl, clientId, username, privateKey, apiVersion, orgId } = config.salesforce;
  const options = {
    loginUrl,
    clientId,
    username,
    apiVersion,
    orgId,
    get privateKey() {
      return secrets.latest('salesforce-key', '', privateKey.reveal());
    },
  };
  return createSalesforceClient(options, clock.now, {
    checkOrg: (org) => checkOrg(database.db, org),
    gate: gateOf(salesforceLimits),
    shareToken,
  });
}
