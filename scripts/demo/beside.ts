import type { DemoRecord } from './describe.ts';
import { addLines, WORKSHOP, type Line } from './orders.ts';
import type { OrgClient } from './org.ts';

type Deal = {
  account: string;
  name: string;
  type: string;
  situation: string;
  renews?: boolean;
  /** What it sells; a deal without is nothing to order. */
  lines?: readonly Line[];
  fields?: Record<string, string | number>;
  isWon?: boolean;
};

const PLATFORM = 'Platform Enterprise';

/** Deals by what billing says of their Account; exactly one is ready to win. */
const DEALS: readonly Deal[] = [
  {
    account: 'Duff Brewing',
    name: PLATFORM,
    type: 'New Business',
    situation: 'ready to win',
    lines: [{ product: PLATFORM, quantity: 40, price: 145 }],
    fields: { Billing_Term_Months__c: 12 },
  },
  {
    account: 'Stark Industries',
    name: 'onboarding',
    type: 'New Business',
    situation: 'won, cannot be ordered',
    lines: [
      { product: PLATFORM, quantity: 10, price: 150 },
      { product: WORKSHOP, quantity: 1, price: 5_000 },
    ],
    isWon: true,
  },
  {
    account: 'Umbrella Health',
    name: 'renewal 2027',
    type: 'Existing Business',
    situation: 'renewal, overdue',
    renews: true,
  },
  { account: 'Hooli', name: 'two more Growth', type: 'Existing Customer - Upgrade', situation: 'upsell, in dunning' },
  {
    account: 'Stark Industries',
    name: 'renewal 2027',
    type: 'Existing Business',
    situation: 'renewal, in good standing',
    renews: true,
  },
  { account: 'Pied Piper', name: 'Growth', type: 'New Business', situation: 'address missing' },
];

/** Cases and Opportunities beside the Accounts; what they name must be in Salesforce already. */
export async function makeRecordsBeside(org: OrgClient, accounts: readonly DemoRecord[]): Promise<DemoRecord[]> {
  const idOf = (name: string) => accounts.find((one) => one.name === name)!.id;
  const records: DemoRecord[] = [];

  async function openCase(
    accountId: string,
    subject: string,
    description: string,
    situation: string,
    who: object = {},
  ) {
    const fields = { Subject: subject, Description: description, Status: 'New', Origin: 'Email', ...who };
    const id = await org.create('Case', { ...fields, AccountId: accountId });
    records.push({ object: 'Case', id, name: subject, situation });
  }

  const declined = await invoiceOf(org, idOf('Hooli'));
  await openCase(
    idOf('Hooli'),
    'Why was my card declined?',
    `Your mail says that our card was declined for ${declined}. It works everywhere else.`,
    'billing question',
  );
  const overdue = await invoiceOf(org, idOf('Umbrella Health'));
  await openCase(
    idOf('Umbrella Health'),
    `Reminder for ${overdue}`,
    `Hello, we were reminded of ${overdue} although we meant to pay it by bank transfer. Where do we send the money?`,
    'mentions an overdue invoice',
  );
  const labs = await org.create('Contact', {
    AccountId: idOf('Globex GmbH'),
    FirstName: 'Hank',
    LastName: 'Scorpio',
    Email: 'billing@globex-labs.example',
  });
  await openCase(
    idOf('Globex GmbH'),
    'Please send us our last invoice',
    'We need it for our books by Friday.',
    'several billing accounts, one of the contact',
    { ContactId: labs },
  );

  for (const { account, name, type, situation, renews, lines = [], fields = {}, isWon } of DEALS) {
    const deal = `${account}: ${name}`;
    const id = await org.create('Opportunity', {
      Name: deal,
      Type: type,
      StageName: 'Negotiation/Review',
      CloseDate: new Date().toISOString().slice(0, 10),
      AccountId: idOf(account),
      ...fields,
      ...(renews ? { Billing_Subscription_Number__c: await subscriptionOf(org, idOf(account)) } : {}),
    });
    await addLines(org, id, lines);
    if (isWon) await org.edit('Opportunity', id, { StageName: 'Closed Won' });
    records.push({ object: 'Opportunity', id, name: deal, situation });
  }
  return records;
}

async function invoiceOf(org: OrgClient, accountId: string): Promise<string> {
  const [invoice] = await org.query<{ Number__c: string }>(
    `SELECT Number__c FROM Billing_Invoice__c WHERE Account__c = '${accountId}' AND Days_Overdue__c > 0 ORDER BY Invoice_Date__c DESC LIMIT 1`,
  );
  if (!invoice) throw new Error('Salesforce shows no overdue invoice of the Account that should have one.');
  return invoice.Number__c;
}

async function subscriptionOf(org: OrgClient, accountId: string): Promise<string> {
  const [subscription] = await org.query<{ Number__c: string }>(
    `SELECT Number__c FROM Billing_Subscription__c WHERE Account__c = '${accountId}' LIMIT 1`,
  );
  if (!subscription) throw new Error('Salesforce shows no subscription of the Account that should have one.');
  return subscription.Number__c;
}
