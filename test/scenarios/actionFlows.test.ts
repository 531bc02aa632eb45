import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { assign, connectActions, orgSecret, setSecret, type OrgSecret } from '../../scripts/demo/actions.ts';
import { startSalesforceSim } from '../simulators/salesforce/main.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { FlowVisit } from '../support/interviews.ts';
import { ops } from '../support/ops.ts';
import { person } from '../support/orgPeople.ts';
import { settled } from '../support/settled.ts';

/** What people ask of billing by the flows of the package, through the token and the backend itself. */

let story: Story;
let secret: OrgSecret;
let accountId: string;
let customer: string;
/** Of the other rep. */
let foreign: string;

beforeAll(async () => {
  story = await beginStory({ env: { SWEEP_SECONDS: '3600' } });
  const { stack } = story;
  secret = await orgSecret(stack, null);
  await connectActions(stack, stack.backend.url, secret);
  await assign(stack, USERS.rep);
  await assign(stack, USERS.otherRep);
  accountId = await story.account('Acme');
  customer = await story.stripe.customer('Acme', accountId);
  foreign = await story.account('Globex');
  person(stack).edit('Account', foreign, { OwnerId: stack.org.org.userNamed(USERS.otherRep)!.Id });
  const other = await story.stripe.customer('Globex', foreign);
  await invoice(other);
  await settled(stack);
}, 180_000);
afterAll(() => story.end());

async function invoice(of: string): Promise<Stripe.Invoice> {
  const { stripe } = story.stripe;
  const draft = await stripe.invoices.create({
    customer: of,
    collection_method: 'send_invoice',
    days_until_due: 14,
    auto_advance: false,
  });
  await stripe.invoiceItems.create({ customer: of, invoice: draft.id!, amount: 5000, currency: 'usd' });
  return stripe.invoices.finalizeInvoice(draft.id!);
}

/** @returns an open invoice of Acme and its id in Salesforce */
async function shownInvoice(): Promise<{ made: Stripe.Invoice; id: string }> {
  const made = await invoice(customer);
  await settled(story.stack);
  const row = story.rows('Billing_Invoice__c', accountId).find((one) => one['Key__c'] === `stripe:invoice:${made.id}`);
  return { made, id: row!.Id };
}

const visit = (flow: string, recordId: string, username: string = USERS.rep) =>
  FlowVisit.start(story.stack, username, flow, { recordId });

const emails = async ({ id }: Stripe.Invoice): Promise<number> => {
  const { data } = await story.stripe.stripe.events.list({ type: 'invoice.sent', limit: 100 });
  return data.filter((event) => (event.data.object as Stripe.Invoice).id === id).length;
};

describe('a rep', () => {
  it('refreshes a customer, and is told what changed that no webhook had told', async () => {
    const { made } = await shownInvoice();
    story.stack.stripe.ctx.webhooks.switches.drop = true;
    await story.stripe.stripe.invoices.pay(made.id!, { paid_out_of_band: true });
    story.stack.stripe.ctx.webhooks.switches.drop = false;
    const seen = await visit('Billing_Refresh', accountId);
    await vi.waitUntil(async () => seen.screen === 'Outcome' || (await seen.next()).screen === 'Outcome', {
      timeout: 20_000,
      interval: 300,
    });
    expect(seen.text).toContain(`Invoice ${made.number}: Open to Paid`);
  });

  it('gets the page on which an invoice can be paid', async () => {
    const { made, id } = await shownInvoice();
    const seen = await visit('Billing_Payment_Link', id);
    expect(seen.screen).toBe('Show_Link');
    expect(seen.view.screen!.fields[1]!.text).toContain(`href="${made.hosted_invoice_url}"`);
    expect(seen.text).toMatch(/Works until \d{4}-\d\d-\d\d \d\d:\d\d UTC\./);
  });

  it('gets the PDF of an invoice, and the reason why a draft has none', async () => {
    const { made, id } = await shownInvoice();
    const seen = await visit('Billing_Invoice_Pdf', id);
    expect(seen.screen).toBe('Show_Pdf');
    expect(seen.view.screen!.fields[0]!.text).toContain(`href="${made.invoice_pdf}"`);
    expect(seen.text).toMatch(/Works until \d{4}-\d\d-\d\d \d\d:\d\d UTC\./);
    await seen.next();
    expect(JSON.stringify(seen.view)).not.toContain(made.invoice_pdf);
    const draft = await story.stripe.stripe.invoices.create({ customer, auto_advance: false });
    await settled(story.stack);
    const isDraft = ({ Key__c: key }: Record<string, unknown>) => key === `stripe:invoice:${draft.id}`;
    const row = story.rows('Billing_Invoice__c', accountId).find(isDraft);
    expect((await visit('Billing_Invoice_Pdf', row!.Id)).text).toMatch(/^This invoice is still a draft/);
  });

  it('sends an invoice once to the address that was shown; a repeat is refused, and a second press is the same one', async () => {
    const { made, id } = await shownInvoice();
    const { email } = (await story.stripe.stripe.customers.retrieve(customer)) as Stripe.Customer;
    const seen = await visit('Billing_Resend_Invoice', id);
    expect(seen.text).toContain(email!);
    await Promise.allSettled([seen.next(), seen.next()]);
    expect(await emails(made)).toBe(1);
    const again = await (await visit('Billing_Resend_Invoice', id)).next();
    expect(again.screen).toBe('Outcome');
    expect(again.text).toMatch(/again/);
    expect(await emails(made)).toBe(1);
  });

  it('opens the invoice in billing', async () => {
    const { id } = await shownInvoice();
    expect((await visit('Billing_Open_In_Billing', id)).view.screen!.fields[0]!.text).toMatch(/href="https?:/);
  });

  it.each([
    'Billing_Refresh',
    'Billing_Payment_Link',
    'Billing_Invoice_Pdf',
    'Billing_Resend_Invoice',
    'Billing_Open_In_Billing',
  ])('learns by %s nothing of an Account that he may not see', async (flow) => {
    const [row] = story.rows('Billing_Invoice__c', foreign);
    const none = (await visit(flow, '001000000000000AAA')).text;
    for (const record of [foreign, row!.Id]) expect((await visit(flow, record)).text).toBe(none);
    expect(none).toMatch(/^There is nothing here that you may see\./);
  });
});

describe('an admin', () => {
  it('rotates the secret of the org, and nobody notices', async () => {
    const { DATABASE_URL } = story.stack.env;
    const run = (...args: string[]) => ops({ DATABASE_URL: DATABASE_URL! }, ['org-client', ...args, '--json']);
    const made = (await run('rotate', secret.clientId)).json as { secret: string };
    const [client] = (await run('list')).json as { secrets: { id: string }[] }[];
    secret = { clientId: secret.clientId, secret: made.secret };
    await setSecret(story.stack, secret);
    expect((await run('retire', secret.clientId, client!.secrets[0]!.id, '--yes')).code).toBe(0);
    expect((await visit('Billing_Refresh', accountId)).screen).not.toBe('Offer');
  });

  it('of a copied sandbox is told that it may not act', async () => {
    const copy = await startSalesforceSim({ orgId: '00D5g0000000002EAA', sandbox: true });
    try {
      await connectActions({ org: copy }, story.stack.backend.url, secret);
      await assign({ org: copy }, USERS.rep);
      const rep = { userId: copy.org.userNamed(USERS.rep)!.Id };
      const account = copy.org.insert('Account', [{ Name: 'Acme' }], rep)[0]!.id!;
      const row = { Account__c: account, Key__c: 'stripe:invoice:1', Name: 'INV-1', Status__c: 'Open' };
      const integration = { userId: copy.org.userNamed(USERS.integration)!.Id };
      const invoiceId = copy.org.insert('Billing_Invoice__c', [row], integration)[0]!.id!;
      for (const [flow, recordId] of [
        ['Billing_Refresh', account],
        ['Billing_Invoice_Pdf', invoiceId],
      ] as const) {
        const seen = await FlowVisit.start({ org: copy }, USERS.rep, flow, { recordId });
        expect([seen.screen, seen.text]).toEqual(['Outcome', expect.stringContaining('another org than this one')]);
      }
    } finally {
      await copy.close();
    }
  });
});
