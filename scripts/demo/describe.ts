import { setTimeout as pause } from 'node:timers/promises';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { USERS } from '../../test/simulators/salesforce/org/seed.ts';
import { join } from 'node:path';
import type { Stack } from '../../test/support/stack.ts';
import type { Controllable } from './control.ts';
import { orgClient } from './org.ts';

/** A record that the demo made, with what it is there to show. */
export type DemoRecord = { object: 'Account' | 'Case' | 'Opportunity'; id: string; name: string; situation: string };

/** Contents of .data/demo.json. */
export type Demo = {
  ready: true;
  backend: string;
  org: { url: string; tlsUrl: string | null; pubsub: string | null; accessToken: string; loginUrl: string };
  stripe: { url: string; secretKey: string; webhookSecret: string };
  zuora: { url: string; clientId: string; clientSecret: string };
  pages: (DemoRecord & { url: string })[];
};

const recordsFile = (dataDir: string) => join(dataDir, 'records.json');

export function rememberRecords(dataDir: string, records: readonly DemoRecord[]): void {
  writeFileSync(recordsFile(dataDir), JSON.stringify(records, null, 2));
}

/** Records are remembered last: without them an earlier start was broken off while it made its data. */
export function seedingEnded(dataDir: string): boolean {
  return existsSync(recordsFile(dataDir));
}

function demoRecords(dataDir: string): DemoRecord[] {
  return existsSync(recordsFile(dataDir))
    ? (JSON.parse(readFileSync(recordsFile(dataDir), 'utf8')) as DemoRecord[])
    : [];
}

const pageUrl = (stack: Pick<Stack, 'org'>, object: string, id: string) =>
  `${stack.org.url}/lightning/r/${object}/${id}/view`;

export function describeDemo(stack: Stack, dataDir: string): Demo {
  return {
    ready: true,
    backend: stack.backend.url,
    org: {
      url: stack.org.url,
      tlsUrl: stack.org.tlsUrl,
      pubsub: stack.org.pubsub,
      accessToken: stack.org.tokenFor(USERS.rep),
      loginUrl: stack.org.url,
    },
    stripe: {
      url: stack.stripe.url,
      secretKey: stack.secrets.stripeSecretKey,
      webhookSecret: stack.secrets.stripeWebhookSecret,
    },
    zuora: {
      url: stack.zuora.url,
      clientId: stack.secrets.zuoraClientId,
      clientSecret: stack.secrets.zuoraClientSecret,
    },
    pages: demoRecords(dataDir).map((record) => ({ ...record, url: pageUrl(stack, record.object, record.id) })),
  };
}

/** The billing accounts that the org shows, with their subscriptions: what the control page can act on. */
export async function listBillingAccounts(stack: Pick<Stack, 'org'>): Promise<Controllable[]> {
  const org = orgClient(stack);
  const accounts = await org.query<{
    Id: string;
    Name: string;
    Number__c: string;
    Source__c: 'Stripe' | 'Zuora';
    Account__c: string;
    Account__r: { Name: string };
  }>(
    'SELECT Id, Name, Number__c, Source__c, Account__c, Account__r.Name FROM Billing_Account__c ORDER BY Account__r.Name, Source__c',
  );
  const subscriptions = await org.query<{
    Number__c: string;
    Plan__c: string | null;
    Quantity__c: number | null;
    Status__c: string;
    Billing_Account__c: string | null;
  }>('SELECT Number__c, Plan__c, Quantity__c, Status__c, Billing_Account__c FROM Billing_Subscription__c');
  return accounts.map((account) => ({
    account: account.Account__r.Name,
    pageUrl: pageUrl(stack, 'Account', account.Account__c),
    system: account.Source__c,
    number: account.Number__c,
    name: account.Name,
    subscriptions: subscriptions
      .filter((one) => one.Billing_Account__c === account.Id)
      .map((one) => ({
        number: one.Number__c,
        plan: one.Plan__c ?? '',
        quantity: one.Quantity__c ?? 0,
        status: one.Status__c,
      })),
  }));
}

/** Says how a person gets the package into the org that the demo started without it. */
export function printInstall({ org, backend }: Stack): void {
  console.log(`
  The org has no package yet: install it by docs/admin-guide.md, with these for its placeholders.

  Instance URL       ${org.url}   (log in as ${USERS.admin}, any password)
  Integration user   ${USERS.integration}
  Server             ${backend.url}   (runs already)
  Org id             ${org.orgId}
  Sales rep          ${USERS.rep}   (needs Billing_Viewer; the demo goes on when the rep sees billing)
`);
}

/** Resolves when a person has deployed the package and let the sales rep see billing. @throws when `signal` is aborted */
export async function installed({ org }: Stack, signal: AbortSignal): Promise<void> {
  const headers = { authorization: `Bearer ${org.tokenFor(USERS.rep)}` };
  const url = `${org.url}/services/data/v66.0/sobjects/Billing_Account__c/describe`;
  while ((await fetch(url, { headers, signal })).status !== 200) await pause(500, undefined, { signal });
}

export function printTable(demo: Demo, controlUrl: string): void {
  const widest = Math.max(...demo.pages.map(({ name }) => name.length), 'Make things happen'.length);
  const line = (name: string, value: string) => console.log(`  ${name.padEnd(widest)}  ${value}`);
  console.log('\n  Billing 360 demo\n');
  line('Backend', demo.backend);
  line('Salesforce org', [demo.org.url, demo.org.tlsUrl].filter(Boolean).join('   '));
  line('Stripe', demo.stripe.url);
  line('Zuora', demo.zuora.url);
  line('Make things happen', controlUrl);
  console.log('');
  for (const page of demo.pages) line(page.name, `${page.url}   ${page.situation}`);
}
