import type { SalesforceClient } from '../connectors/salesforce/client.ts';
import {
  accountsThatMeet,
  createAccountsToBill,
  createConcernedAccounts,
} from '../connectors/salesforce/provisioning/accounts.ts';
import { partsOf, provisioningKeyOf } from '../domain/billingAccount/key.ts';
import type { OrderFacts } from '../domain/order/facts.ts';
import type { Config } from '../platform/config/config.ts';
import { digestOf } from '../sync/canonical.ts';
import type { ConnectionWatch } from '../sync/connections/watch.ts';
import { accountsOfWaitingDeals, beginProvisioning, unfinishedProvisionings } from '../sync/provisioning/begin.ts';
import { createProvisioningBook } from '../sync/provisioning/book.ts';
import type { KeyHandler } from '../workflows/ports/keyWork.ts';
import type { ProvisioningBook } from '../workflows/ports/provisioning.ts';
import { provisionAccount } from '../workflows/provisioning/provisionAccount.ts';
import { provisioningTriggers, type ProvisioningTriggers } from '../workflows/provisioning/triggers.ts';
import type { Base } from './base.ts';

type Rules = NonNullable<Config['provisioning']>;

/** Billing accounts that are made of Accounts. */
export type ProvisioningParts = {
  book: ProvisioningBook;
  /** Works keys that begin with `provision`. */
  handler: KeyHandler;
  /** null while nothing is made or shown. */
  triggers: ProvisioningTriggers | null;
};

/** @returns what an order is told of a billing account that its Account has not got yet */
export function comingFor(
  rules: Rules | null,
  connection: string,
  book: Pick<ProvisioningBook, 'of'>,
): (accountId: string) => Promise<OrderFacts['coming']> {
  return async (accountId) => {
    if (rules === null || rules.mode === 'off' || rules.connection !== connection) return null;
    const known = (await book.of(accountId))?.provisioning;
    if (known?.state === 'Creating' || known?.state === 'Created') return 'on its way';
    const isBegun = rules.mode === 'automatic' && rules.onWonDeal;
    if (known === undefined || known.state === 'Ready') return isBegun ? 'on its way' : null;
    const told = [...known.faults.map(({ text }) => text), ...known.lines];
    return told.length === 0 ? null : told;
  };
}

/** What is done while nothing is made: events are no concern. */
const leave: KeyHandler = ({ events }) => Promise.resolve({ done: events.map(({ id }) => id) });

export async function provisioning(
  base: Base,
  client: SalesforceClient,
  watch: Pick<ConnectionWatch, 'ensure'>,
): Promise<ProvisioningParts> {
  const { config, database, store, clock, connections, keysReady } = base;
  const { db } = database;
  const rules = config.provisioning;
  const names = connections.map(({ name }) => name);
  const book = createProvisioningBook(db, names, keysReady.notify);
  const isOn = rules !== null && rules.mode !== 'off';
  await beginProvisioning(db, isOn ? digestOf(rules) : null);
  if (rules === null) return { book, handler: leave, triggers: null };
  const desk = connections.find(({ name }) => name === rules.connection)!.accounts(rules.defaults);
  const accounts = createAccountsToBill(client, rules);
  const provision = provisionAccount({ rules, desk, book, accounts, mirror: store, clock, digest: digestOf });

  /** Settings are others than they were: whoever meets them, or was looked at by those of before. */
  const begin: KeyHandler = async ({ events }) => {
    const ids = isOn ? await accountsThatMeet(client, rules) : [];
    const known = [
      ...(await unfinishedProvisionings(db)),
      ...(rules.onWonDeal ? await accountsOfWaitingDeals(db) : []),
    ];
    return { done: events.map(({ id }) => id), dirty: [...new Set([...ids, ...known])].map(provisioningKeyOf) };
  };
  return {
    book,
    async handler(claim) {
      if (partsOf(claim.key).kind !== 'account') return begin(claim);
      await watch.ensure(rules.connection);
      return provision(claim);
    },
    triggers: isOn ? provisioningTriggers(createConcernedAccounts(client)) : null,
  };
}
