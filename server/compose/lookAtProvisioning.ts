import type { SalesforceClient } from '../connectors/salesforce/client.ts';
import { createAccountsToBill } from '../connectors/salesforce/provisioning/accounts.ts';
import { Fault } from '../domain/fault.ts';
import type { ProvisioningRules } from '../domain/provisioning/rules.ts';
import type { Config } from '../platform/config/config.ts';
import type { Db } from '../platform/db/database.ts';
import { createMirrorReader } from '../sync/mirror/reader.ts';
import { createProvisioningBook } from '../sync/provisioning/book.ts';
import type { Clock } from '../workflows/ports/clock.ts';
import type { OrgTools } from '../workflows/ports/orgTools.ts';
import type { ProvisioningDesk } from '../workflows/ports/provisioning.ts';
import { effectOf, workOut } from '../workflows/provisioning/provisionAccount.ts';

/** @param openDesk of the connection that gets billing accounts */
export function lookAtProvisioning(
  { provisioning: rules, connections }: Config,
  db: Db,
  client: SalesforceClient,
  clock: Clock,
  openDesk: (connection: string, defaults: ProvisioningRules['defaults']) => ProvisioningDesk,
): OrgTools['provisioning'] {
  return async (accountId) => {
    if (rules === null)
      throw new Fault({
        code: 'provisioning_off',
        kind: 'invalid',
        publicText: 'PROVISIONING_FILE is not among the settings, so no billing account is made.',
      });
    const names = connections.map(({ connection }) => connection);
    const book = createProvisioningBook(db, names);
    const accounts = createAccountsToBill(client, rules);
    if ((await accounts.account(accountId)) === null) return null;
    const known = (await book.of(accountId))?.provisioning ?? null;
    const standing = known === null ? null : { provisioning: known, steps: await book.stepsOf(accountId) };
    const isBegun = known !== null && (known.state === 'Creating' || known.made !== null);
    const mirror = createMirrorReader(db);
    const worked = isBegun ? null : await workOut({ rules, accounts, book, mirror, clock })(accountId, known);
    const shown = worked ?? known;
    const desk = openDesk(rules.connection, rules.defaults);
    const request = shown?.wanted == null ? null : desk.toRequest(shown.wanted, effectOf(shown));
    return { standing, worked, mode: rules.mode, request };
  };
}
