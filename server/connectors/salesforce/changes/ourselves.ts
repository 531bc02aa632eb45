import { Fault } from '../../../domain/fault.ts';
import { id18 } from '../../../domain/billingAccount/salesforceId.ts';
import type { SalesforceClient } from '../client.ts';
import { queryAll, textList } from './query.ts';

/** @returns the 18-character id of the integration user; asked for once */
export function integrationUser(client: SalesforceClient, username: string): () => Promise<string> {
  let known: Promise<string> | undefined;

  async function ask(): Promise<string> {
    const [user] = await queryAll(client, `SELECT Id FROM User WHERE Username IN ${textList([username])}`);
    if (!user)
      throw new Fault({
        code: 'salesforce_user_unknown',
        kind: 'forbidden',
        publicText: `Salesforce shows no user ${username}: check SALESFORCE_USERNAME, and that the integration user may read its own record.`,
        retryable: true,
        retryAfterMs: 30_000,
      });
    return id18(String(user['Id']));
  }

  return () =>
    (known ??= ask().catch((error: unknown) => {
      known = undefined;
      throw error;
    }));
}
