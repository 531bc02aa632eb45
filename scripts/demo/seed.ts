import Stripe from 'stripe';
import { settled } from '../../test/support/settled.ts';
import type { Stack } from '../../test/support/stack.ts';
import { demoAccounts, makeCatalog, metersUsed, storyDays, unlinkedCustomer, type Seeders } from './accounts.ts';
import { makeRecordsBeside } from './beside.ts';
import { rememberRecords, type DemoRecord } from './describe.ts';
import { makePriceBook, switchOrdersOn } from './orders.ts';
import { orgClient, type OrgClient } from './org.ts';
import { stripeSeeder } from './seed-stripe.ts';
import { zuoraSeeder } from './seed-zuora.ts';

const dayMs = 86_400_000;

/**
 * Makes the demo's customers through the public APIs of the three systems: their story begins `storyDays` days ago by the
 * simulators' clock and is lived through day by day, so that renewals, retries and due dates are real ones.
 * @param installed resolves when the org has the package, which it has where this is absent
 * @throws when `signal` is aborted before the end
 */
export async function seedDemo(
  stack: Stack,
  dataDir: string,
  say: (text: string) => void,
  signal: AbortSignal,
  installed?: () => Promise<void>,
): Promise<void> {
  const org = orgClient(stack);
  const address = new URL(stack.stripe.url);
  const stripe = stripeSeeder(
    new Stripe(stack.secrets.stripeSecretKey, { host: address.hostname, port: address.port, protocol: 'http' }),
  );
  const zuora = await zuoraSeeder({
    url: stack.zuora.url,
    clientId: stack.secrets.zuoraClientId,
    clientSecret: stack.secrets.zuoraClientSecret,
  });
  const day = (offset: number) => new Date(stack.clock.now().getTime() + offset * dayMs).toISOString().slice(0, 10);
  const seconds = (offset: number) => stack.clock.seconds() + offset * 86_400;

  stack.clock.setOffset(-storyDays * dayMs);
  say(`Making ${demoAccounts.length} customers, ${storyDays} days ago`);
  const seeders: Seeders = { stripe, zuora, catalog: await makeCatalog(stripe, zuora), day, seconds };
  const today: (() => Promise<void>)[] = [];
  const records: DemoRecord[] = [];
  for (const account of demoAccounts) {
    signal.throwIfAborted();
    const accountId = await org.create('Account', { Name: account.name, Industry: account.industry });
    const later = await account.begin(seeders, accountId);
    if (later) today.push(later);
    records.push({ object: 'Account', id: accountId, name: account.name, situation: account.situation });
  }
  await stripe.subscribe(await stripe.customer(unlinkedCustomer, null), [{ price: seeders.catalog.growthUsd }]);

  // What is known on the first day stands in the first month, however busy the machine is.
  if (installed === undefined) await settled(stack);
  say(`Living through ${storyDays} days`);
  for (let daysAgo = storyDays - 1; daysAgo >= 0; daysAgo--) {
    signal.throwIfAborted();
    stack.clock.setOffset(-daysAgo * dayMs);
    await stack.stripe.settled();
    await stack.zuora.ctx.webhooks.idle();
  }
  await installed?.();
  makePriceBook(stack);
  await switchOrdersOn(stack, dataDir);
  for (const act of today) await act();
  say('Waiting for Salesforce to show it');
  await settled(stack);
  await shown(org, 'the usage that was recorded', 'SELECT Id FROM Usage__c WHERE Percent_Used__c > 0', metersUsed);
  records.push(...(await makeRecordsBeside(org, records)));
  await shown(org, 'what keeps a won deal from being ordered', 'SELECT Id FROM Billing_Order__c', 1);
  await settled(stack);
  rememberRecords(dataDir, records);
}

/** Waits for what no event tells of at once, such as usage in Stripe, or a deal in an org without change events. */
async function shown(org: OrgClient, what: string, soql: string, count: number): Promise<void> {
  const deadline = Date.now() + 30_000;
  while ((await org.query(soql)).length < count) {
    if (Date.now() > deadline) throw new Error(`Salesforce did not show ${what} within 30 s.`);
    await new Promise((done) => setTimeout(done, 200));
  }
}
