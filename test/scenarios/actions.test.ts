import { randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Fault } from '../simulators/kit/faults.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { freePort, startBackend, type Backend } from '../support/backend.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { ops } from '../support/ops.ts';
import { person } from '../support/orgPeople.ts';
import { settled } from '../support/settled.ts';

/** What people ask of billing from Salesforce, as the org asks it: over HTTP, against the simulators. */

type Answer = { status: number; body: Record<string, unknown>; ms: number };
type Client = { clientId: string; secretId: string; secret: string };

let story: Story;
let client: Client;
let token: string;
/** Belongs to the rep, who reads billing; the other rep does not see it. */
let acme: { accountId: string; customer: string; zuoraAccount: string };
/** Belongs to the other rep. */
let globex: { accountId: string; customer: string };

beforeAll(async () => {
  story = await beginStory({ env: { SWEEP_SECONDS: '3600', LOG_LEVEL: 'debug' } });
  const { stripe, zuora } = story;
  client = (await run('add')).json as Client;
  token = await tokenOf(client);
  const accountId = await story.account('Acme');
  const customer = await stripe.customer('Acme', accountId);
  const zuoraAccount = await zuora.account('Acme', 'EUR', accountId, 'ap@acme.example');
  const plan = await zuora.ratePlan('Platform', 'EUR', [{ name: 'Seats', kind: 'flat', price: '10', period: 'Month' }]);
  const today = new Date().toISOString().slice(0, 10);
  await zuora.subscribe(zuoraAccount, plan, { start: today, months: 12 });
  await zuora.bill(zuoraAccount, today);
  acme = { accountId, customer, zuoraAccount };
  const other = await story.account('Globex');
  person(story.stack).edit('Account', other, { OwnerId: userId('otherRep') });
  globex = { accountId: other, customer: await stripe.customer('Globex', other) };
  await invoice(globex.customer);
  await settled(story.stack);
}, 180_000);
afterAll(() => story.end());
beforeEach(async () => {
  await story.database.pool.query('truncate invoice_send, org_request, call_count');
});
afterEach(() => {
  for (const system of ['stripe', 'zuora', 'org'] as const) faults(system, []);
});

const userId = (who: keyof typeof USERS) => story.stack.org.org.userNamed(USERS[who])!.Id;
const run = (...args: string[]) =>
  ops({ DATABASE_URL: story.stack.env['DATABASE_URL']! }, ['org-client', ...args, '--json']);
const orgId = () => story.stack.env['SALESFORCE_ORG_ID']!;

async function tokenOf({ clientId, secret }: Client, scope?: string): Promise<string> {
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: secret };
  const response = await fetch(`${story.stack.backend.url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ ...form, ...(scope === undefined ? {} : { scope }) }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

/** Calls an operation as the rep on Acme, unless the fields say otherwise. */
async function act(
  name: string,
  fields: Record<string, unknown> = {},
  bearer = token,
  backend: Pick<Backend, 'url'> = story.stack.backend,
): Promise<Answer> {
  const began = performance.now();
  const response = await fetch(`${backend.url}/actions/${name}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      organizationId: orgId(),
      userId: userId('rep'),
      accountId: acme.accountId,
      requestKey: randomUUID(),
      ...fields,
    }),
  });
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, body, ms: performance.now() - began };
}

function faults(system: 'stripe' | 'zuora' | 'org', list: Fault[]): void {
  story.stack[system].ctx.faults.set(list);
}

async function invoice(customer: string, more: Partial<Stripe.InvoiceCreateParams> = {}): Promise<Stripe.Invoice> {
  const { stripe } = story.stripe;
  const draft = await stripe.invoices.create({
    customer,
    collection_method: 'send_invoice',
    days_until_due: 14,
    auto_advance: false,
    ...more,
  });
  await stripe.invoiceItems.create({ customer, invoice: draft.id!, amount: 5000, currency: 'usd' });
  return stripe.invoices.finalizeInvoice(draft.id!);
}

const keyOf = ({ id }: Stripe.Invoice) => `stripe:invoice:${id}`;
async function acmeInvoice(more: Partial<Stripe.InvoiceCreateParams> = {}): Promise<Stripe.Invoice> {
  const made = await invoice(acme.customer, more);
  await settled(story.stack);
  return made;
}
const zuoraInvoiceKey = () =>
  String(story.rows('Billing_Invoice__c', acme.accountId).find((row) => row['Source__c'] === 'Zuora')!['Key__c']);

async function emailsOf({ id }: Stripe.Invoice): Promise<number> {
  const { data } = await story.stripe.stripe.events.list({ type: 'invoice.sent', limit: 100 });
  return data.filter((event) => (event.data.object as Stripe.Invoice).id === id).length;
}

/** What opens the payment page and the PDF of an invoice. */
const tokenIn = ({ hosted_invoice_url: url }: Stripe.Invoice) => new URL(url!).pathname.split('/').at(-1)!;

/** Nothing that is kept opens the invoice: no line of the log, no row of any table, no row of the org. */
async function expectNowhere(made: Stripe.Invoice): Promise<void> {
  await settled(story.stack);
  const token = tokenIn(made);
  expect(story.stack.backend.output()).not.toContain(token);
  const { pool } = story.database;
  const { rows } = await pool.query<{ name: string }>(
    `select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
      where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  );
  const holding = (text: string) =>
    Promise.all(
      rows.map(async ({ name }) => {
        const found = await pool.query(`select 1 from ${name} t where t::text like $1 limit 1`, [`%${text}%`]);
        return found.rowCount === 0 ? [] : [name];
      }),
    ).then((names) => names.flat());
  expect(await holding(token)).toEqual([]);
  expect(await holding(made.id!)).toContain('public.inbox_payload');
  const org = story.stack.org.org;
  const objects = org.schema.all().map(({ name }) => name);
  const inOrg = (text: string) => objects.filter((object) => JSON.stringify(org.all(object)).includes(text));
  expect(inOrg(token)).toEqual([]);
  expect(inOrg(made.id!)).toContain('Billing_Invoice__c');
}

const actionsOfDatabase = async () =>
  (await story.database.pool.query('select * from org_action order by id')).rows as Record<string, unknown>[];

describe('a refresh', () => {
  it('tells within its first answer what changed in billing that nobody had told', async () => {
    const made = await acmeInvoice();
    story.stack.stripe.ctx.webhooks.switches.drop = true;
    await story.stripe.stripe.invoices.pay(made.id!, { paid_out_of_band: true });
    story.stack.stripe.ctx.webhooks.switches.drop = false;
    const answer = await act('refresh');
    expect(answer).toMatchObject({ status: 200, body: { state: 'Done', done: true, message: 'Refreshed.' } });
    expect(String(answer.body['changes']).split('\n')).toContain(`Invoice ${made.number}: Open to Paid`);
    expect(answer.ms).toBeLessThan(5000);
    expect(await act('refresh')).toMatchObject({ body: { state: 'Done', message: 'Nothing changed.', changes: '' } });
  });

  it('that takes longer is told to be running, and by its progress when it is done; nobody else can ask for it', async () => {
    faults('zuora', [{ path: '^/v1/accounts/', latencyMs: 4500, times: 1 }]);
    const begun = await act('refresh');
    expect(begun).toMatchObject({ status: 200, body: { state: 'Running', done: false, changes: '' } });
    expect(begun.ms).toBeLessThan(5000);
    const { jobId } = begun.body;
    const foreign = await act('refreshprogress', { jobId, userId: userId('admin') });
    const unknown = await act('refreshprogress', { jobId: randomUUID() });
    expect([foreign.status, foreign.body]).toEqual([404, unknown.body]);
    await vi.waitUntil(async () => (await act('refreshprogress', { jobId })).body['done'], {
      timeout: 20_000,
      interval: 300,
    });
    expect((await act('refreshprogress', { jobId })).body).toMatchObject({
      state: 'Done',
      message: 'Nothing changed.',
    });
  });

  it('with the same key is the same one, also at the same time, and with other content refused', async () => {
    const requestKey = randomUUID();
    const [first, second] = await Promise.all([act('refresh', { requestKey }), act('refresh', { requestKey })]);
    expect(second.body['jobId']).toBe(first.body['jobId']);
    expect((await act('refresh', { requestKey })).body).toEqual(first.body);
    const other = await act('refresh', { requestKey, userId: userId('admin') });
    expect([other.status, other.body['code']]).toEqual([409, 'request_key_reused']);
  });

  it('of an Account without customers, or while a connection is stopped, says so in words', async () => {
    const empty = await story.account('Empty');
    expect(await act('refresh', { accountId: empty })).toMatchObject({
      status: 200,
      body: { state: 'Failed', done: true, message: expect.stringContaining('No customer') as string },
    });
    await ops({ DATABASE_URL: story.stack.env['DATABASE_URL']! }, ['pause', 'stripe']);
    expect(await act('refresh')).toMatchObject({
      body: { state: 'Failed', message: 'stripe is not read now: its connection is paused. Tell your administrator.' },
    });
    await ops({ DATABASE_URL: story.stack.env['DATABASE_URL']! }, ['resume', 'stripe']);
  });
});

describe('a payment link', () => {
  it('is the page of an open invoice, with its end as Stripe documents it, and stands in no log and no table', async () => {
    const made = await acmeInvoice();
    const { status, body } = await act('paymentlink', { invoiceKey: keyOf(made) });
    expect(status).toBe(200);
    expect(body).toEqual({
      available: true,
      url: made.hosted_invoice_url,
      expiresAt: new Date((made.due_date! + 30 * 86_400) * 1000).toISOString(),
      message: `Whoever has this link can see and pay invoice ${made.number}.`,
    });
    expect((await fetch(String(body['url']))).status).toBe(200);
    await expectNowhere(made);
  });

  it('is given again for the same request, and not for another invoice with its key', async () => {
    const [made, other] = [await invoice(acme.customer), await acmeInvoice()];
    const requestKey = randomUUID();
    const first = await act('paymentlink', { invoiceKey: keyOf(made), requestKey });
    expect(first.body['url']).toBe(made.hosted_invoice_url);
    expect((await act('paymentlink', { invoiceKey: keyOf(made), requestKey })).body).toEqual(first.body);
    const reused = await act('paymentlink', { invoiceKey: keyOf(other), requestKey });
    expect([reused.status, reused.body['code']]).toEqual([409, 'request_key_reused']);
  });

  it('is not there for an invoice that is paid, void or a draft, nor in Zuora, and the reason is told', async () => {
    const { stripe } = story.stripe;
    const [paid, voided] = [await invoice(acme.customer), await invoice(acme.customer)];
    await stripe.invoices.pay(paid.id!, { paid_out_of_band: true });
    await stripe.invoices.voidInvoice(voided.id!);
    const draft = await stripe.invoices.create({ customer: acme.customer, auto_advance: false });
    await settled(story.stack);
    for (const [invoiceKey, words] of [
      [keyOf(paid), 'is paid'],
      [keyOf(voided), 'is void'],
      [keyOf(draft), 'still a draft'],
      [zuoraInvoiceKey(), 'Zuora has no payment page'],
    ])
      expect(await act('paymentlink', { invoiceKey })).toMatchObject({
        status: 200,
        body: { available: false, url: '', expiresAt: '', message: expect.stringContaining(words!) as string },
      });
  });

  it('is answered in time when the billing system is not, or is down', async () => {
    const made = await acmeInvoice();
    faults('stripe', [{ method: 'GET', path: '^/v1/invoices/', latencyMs: 6000, times: 1 }]);
    const slow = await act('paymentlink', { invoiceKey: keyOf(made) });
    expect([slow.status, slow.body['code']]).toEqual([503, 'action_timeout']);
    expect(slow.ms).toBeLessThan(5000);
    faults('stripe', [{ method: 'GET', path: '^/v1/invoices/', status: 500, times: 1 }]);
    const down = await act('paymentlink', { invoiceKey: keyOf(made) });
    expect([down.status, down.body['code']]).toEqual([503, 'billing_unavailable']);
  });
});

describe('the PDF of an invoice', () => {
  it('is linked with its end, by the token of the payment page, which stands in no log, no table and no row of the org', async () => {
    const made = await acmeInvoice();
    const { status, body } = await act('invoicepdf', { invoiceKey: keyOf(made) });
    expect(status).toBe(200);
    expect(body).toEqual({
      available: true,
      url: made.invoice_pdf,
      expiresAt: new Date((made.due_date! + 30 * 86_400) * 1000).toISOString(),
      message: `Whoever has this link can open invoice ${made.number} and its payment page.`,
    });
    const file = await fetch(String(body['url']));
    expect([file.status, file.headers.get('content-type')]).toEqual([200, 'application/pdf']);
    expect((await file.text()).slice(0, 5)).toBe('%PDF-');
    expect(String(body['url'])).toContain(tokenIn(made));
    await expectNowhere(made);
  });

  it('is there for what is paid, void or given up, none of which has a payment page', async () => {
    const { stripe } = story.stripe;
    const [paid, voided, lost] = [await invoice(acme.customer), await invoice(acme.customer), await acmeInvoice()];
    await stripe.invoices.pay(paid.id!, { paid_out_of_band: true });
    await stripe.invoices.voidInvoice(voided.id!);
    await stripe.invoices.markUncollectible(lost.id!);
    await settled(story.stack);
    for (const made of [paid, voided, lost])
      expect((await act('invoicepdf', { invoiceKey: keyOf(made) })).body).toMatchObject({
        available: true,
        url: made.invoice_pdf,
      });
  });

  it('is not there for a draft, nor in Zuora, and the reason is told', async () => {
    const draft = await story.stripe.stripe.invoices.create({ customer: acme.customer, auto_advance: false });
    await settled(story.stack);
    for (const [invoiceKey, words] of [
      [keyOf(draft), 'still a draft'],
      [zuoraInvoiceKey(), 'Open the invoice in Zuora'],
    ])
      expect(await act('invoicepdf', { invoiceKey })).toMatchObject({
        status: 200,
        body: { available: false, url: '', expiresAt: '', message: expect.stringContaining(words!) as string },
      });
  });

  it('is another request than the payment link with the same key', async () => {
    const asked = { invoiceKey: keyOf(await acmeInvoice()), requestKey: randomUUID() };
    expect((await act('invoicepdf', asked)).body['available']).toBe(true);
    expect((await act('paymentlink', asked)).body['available']).toBe(true);
    const other = await act('invoicepdf', { ...asked, invoiceKey: zuoraInvoiceKey() });
    expect([other.status, other.body['code']]).toEqual([409, 'request_key_reused']);
  });

  it('is answered in words when the billing system is down or does not permit it', async () => {
    const invoiceKey = keyOf(await acmeInvoice());
    for (const [status, code] of [
      [500, 'billing_unavailable'],
      [403, 'billing_not_permitted'],
    ] as const) {
      const body = { error: { type: 'invalid_request_error', message: 'No.' } };
      faults('stripe', [{ method: 'GET', path: '^/v1/invoices/', status, body, times: 1 }]);
      const answer = await act('invoicepdf', { invoiceKey });
      expect([answer.status, answer.body['code']]).toEqual([503, code]);
    }
  });
});

describe('sending an invoice again', () => {
  it('shows the address first and then writes to it, once in ten minutes', async () => {
    const made = await acmeInvoice();
    const invoiceKey = keyOf(made);
    const shown = await act('invoicerecipient', { invoiceKey });
    expect(shown.body).toMatchObject({ available: true, address: 'billing@acme.example' });
    const { address } = shown.body;
    const sent = await act('resendinvoice', { invoiceKey, address });
    expect(sent).toMatchObject({ status: 200, body: { sent: true, message: `Invoice ${made.number} was sent.` } });
    const again = await act('resendinvoice', { invoiceKey, address });
    expect([again.status, again.body['code']]).toEqual([409, 'sent_recently']);
    expect(again.body['message']).toMatch(
      /^This invoice was sent at \d\d:\d\d UTC\. It can be sent again at \d\d:\d\d UTC\.$/,
    );
    expect(await emailsOf(made)).toBe(1);
    await story.database.pool.query(`update invoice_send set started_at = started_at - interval '10 min'`);
    expect((await act('resendinvoice', { invoiceKey, address })).status).toBe(200);
    expect(await emailsOf(made)).toBe(2);
  });

  it('of Zuora goes to the bill-to contact, once however often the same request comes', async () => {
    const invoiceKey = zuoraInvoiceKey();
    const { address } = (await act('invoicerecipient', { invoiceKey })).body;
    expect(address).toBe('ap@acme.example');
    const request = { invoiceKey, address, requestKey: randomUUID() };
    const before = story.stack.zuora.tenant.sentEmails.length;
    const answers = await Promise.all([1, 2, 3].map(() => act('resendinvoice', request)));
    expect(answers.map(({ status, body }) => [status, body])).toEqual(
      answers.map(() => [200, { sent: true, message: expect.stringMatching(/^Invoice INV\d+ was sent\.$/) as string }]),
    );
    expect(story.stack.zuora.tenant.sentEmails.slice(before)).toEqual([
      { invoiceNumber: invoiceKey.split(':').at(-1), to: ['ap@acme.example'] },
    ]);
  });

  it('by two people at the same time sends once', async () => {
    const made = await acmeInvoice();
    const request = { invoiceKey: keyOf(made), address: 'billing@acme.example' };
    const answers = await Promise.all([act('resendinvoice', request), act('resendinvoice', request)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    expect(await emailsOf(made)).toBe(1);
  });

  it('to an address that is not the one any more is refused, and its key may be used for the new one', async () => {
    const made = await acmeInvoice();
    const request = { invoiceKey: keyOf(made), requestKey: randomUUID() };
    const changed = await act('resendinvoice', { ...request, address: 'old@acme.example' });
    expect([changed.status, changed.body['code']]).toEqual([409, 'address_changed']);
    expect(await emailsOf(made)).toBe(0);
    expect((await act('resendinvoice', { ...request, address: 'billing@acme.example' })).status).toBe(200);
  });

  it('without a known outcome is told so, never sent twice, and settled when the same request comes again', async () => {
    const made = await acmeInvoice();
    const request = { invoiceKey: keyOf(made), address: 'billing@acme.example', requestKey: randomUUID() };
    faults('stripe', [{ method: 'POST', path: '/send$', reset: 'after', times: 2 }]);
    const lost = await act('resendinvoice', request);
    expect([lost.status, lost.body['code']]).toEqual([503, 'send_outcome_unknown']);
    expect(await emailsOf(made)).toBe(1);
    const other = await act('resendinvoice', { ...request, requestKey: randomUUID() });
    expect([other.status, other.body['code']]).toEqual([409, 'sent_recently']);
    expect(await act('resendinvoice', request)).toMatchObject({ status: 200, body: { sent: true } });
    expect(await emailsOf(made)).toBe(1);
  });

  it('that takes long is answered in time, and its outcome waits for the same request', async () => {
    const made = await acmeInvoice();
    const request = { invoiceKey: keyOf(made), address: 'billing@acme.example', requestKey: randomUUID() };
    faults('stripe', [{ method: 'POST', path: '/send$', latencyMs: 6000, times: 1 }]);
    const late = await act('resendinvoice', request);
    expect([late.status, late.body['code']]).toEqual([503, 'action_timeout']);
    expect(late.ms).toBeLessThan(5000);
    expect(await act('resendinvoice', request)).toMatchObject({ status: 200, body: { sent: true } });
    expect(await emailsOf(made)).toBe(1);
  });

  it('that the billing system refuses is not sent, said so, and can be tried again at once', async () => {
    const invoiceKey = zuoraInvoiceKey();
    const request = { invoiceKey, address: 'ap@acme.example', requestKey: randomUUID() };
    const sends = { method: 'POST', path: '/emails$', times: 1 };
    const before = story.stack.zuora.tenant.sentEmails.length;
    faults('zuora', [
      { ...sends, status: 400, body: { success: false, reasons: [{ code: 58730030, message: 'No.' }] } },
    ]);
    const refused = await act('resendinvoice', request);
    expect([refused.status, refused.body['code']]).toEqual([409, 'send_refused']);
    faults('zuora', [
      { ...sends, status: 403, body: { success: false, reasons: [{ code: 58730010, message: 'No.' }] } },
    ]);
    const forbidden = await act('resendinvoice', request);
    expect([forbidden.status, forbidden.body['code']]).toEqual([503, 'billing_not_permitted']);
    expect(story.stack.zuora.tenant.sentEmails).toHaveLength(before);
    expect(await act('resendinvoice', request)).toMatchObject({ status: 200, body: { sent: true } });
    expect(story.stack.zuora.tenant.sentEmails).toHaveLength(before + 1);
  });

  it('that is paid is sent too, as people ask for on the phone', async () => {
    const made = await invoice(acme.customer);
    await story.stripe.stripe.invoices.pay(made.id!, { paid_out_of_band: true });
    await settled(story.stack);
    expect((await act('resendinvoice', { invoiceKey: keyOf(made), address: 'billing@acme.example' })).status).toBe(200);
    expect(await emailsOf(made)).toBe(1);
  });

  it('is refused in words for what the billing system does not send', async () => {
    const charged = await acmeInvoice({
      collection_method: 'charge_automatically',
      days_until_due: undefined as never,
    });
    expect((await act('invoicerecipient', { invoiceKey: keyOf(charged) })).body).toMatchObject({
      available: false,
      address: '',
      message: expect.stringContaining('Stripe charges this invoice by itself') as string,
    });
    const sent = await act('resendinvoice', { invoiceKey: keyOf(charged), address: 'billing@acme.example' });
    expect([sent.status, sent.body['code']]).toEqual([409, 'not_sendable']);
  });
});

describe('another process that answers calls', () => {
  let other: Backend;
  beforeAll(async () => {
    other = await startBackend({ ...story.stack.env, PORT: String(await freePort()), ROLES: 'web' });
  });
  afterAll(() => other.stop());

  it('knows the token and tells how far a refresh is that was begun elsewhere', async () => {
    faults('zuora', [{ path: '^/v1/accounts/', latencyMs: 4500, times: 1 }]);
    const { jobId, state } = (await act('refresh')).body;
    expect(state).toBe('Running');
    const progress = () => act('refreshprogress', { jobId }, token, other);
    await vi.waitUntil(async () => (await progress()).body['done'], { timeout: 20_000, interval: 300 });
    expect(await act('refreshprogress', { jobId })).toMatchObject({ body: (await progress()).body });
  });

  it('and dies while it sends leaves nothing that is sent twice, and the same request finds out', async () => {
    const made = await acmeInvoice();
    const request = { invoiceKey: keyOf(made), address: 'billing@acme.example', requestKey: randomUUID() };
    faults('stripe', [{ method: 'POST', path: '/send$', latencyMs: 2000, times: 1 }]);
    const lost = act('resendinvoice', request, token, other).catch((error: unknown) => error);
    const begun = () => story.database.pool.query('select 1 from invoice_send where invoice_key = $1', [keyOf(made)]);
    await vi.waitUntil(async () => (await begun()).rowCount === 1, { timeout: 10_000, interval: 20 });
    await other.stop('SIGKILL');
    expect(await lost).toBeInstanceOf(Error);
    const impatient = await act('resendinvoice', { ...request, requestKey: randomUUID() });
    expect(impatient).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining('is being sent') as string },
    });
    const early = await act('resendinvoice', request);
    expect([early.status, early.body['code']]).toEqual([503, 'action_timeout']);
    await story.database.pool.query(`update org_request set at = at - interval '121 s'`);
    expect(await act('resendinvoice', request)).toMatchObject({ status: 200, body: { sent: true } });
    expect(await emailsOf(made)).toBe(1);
  });
});

describe('who may ask', () => {
  const OPERATIONS: [string, Record<string, unknown>][] = [
    ['refresh', {}],
    ['refreshprogress', { jobId: 'x' }],
    ['paymentlink', {}],
    ['invoicepdf', {}],
    ['invoicerecipient', {}],
    ['resendinvoice', { address: 'billing@globex.example' }],
    ['previeworder', { opportunityId: '006000000000000AAA' }],
  ];

  it.each(OPERATIONS)(
    '%s gives a foreign id, one that is none, a missing one and one that is not there the same answer',
    async (name, fields) => {
      const foreign = String(story.rows('Billing_Invoice__c', globex.accountId)[0]!['Key__c']);
      const own = keyOf(await acmeInvoice());
      const notFound = {
        status: 404,
        body: { code: 'record_not_found', message: 'This record does not exist, or you may not see it.' },
      };
      const asked = { ...fields, invoiceKey: foreign };
      const cases: Record<string, unknown>[] = [
        { ...asked, accountId: globex.accountId },
        { ...asked, accountId: '001000000000000AAA' },
        { ...asked, accountId: "001' OR Name != '" },
        { ...asked, accountId: undefined },
        { ...asked, userId: '005000000000000AAA' },
        { ...asked, userId: 'admin' },
        // Of an Account that the user sees, with what belongs to another one or to nobody.
        ...(name === 'refresh'
          ? []
          : [
              asked,
              { ...asked, invoiceKey: 'stripe:invoice:in_none' },
              { ...asked, invoiceKey: undefined, jobId: undefined },
            ]),
        // The other rep, to whom nobody shows Acme.
        { ...fields, invoiceKey: own, userId: userId('otherRep') },
      ];
      for (const one of cases) expect(await act(name, one), JSON.stringify(one)).toMatchObject(notFound);
      expect(story.stack.org.org.recordAccess(userId('otherRep'), acme.accountId)['HasReadAccess']).toBe(false);
    },
  );

  it.each([...OPERATIONS, ['testconnection', {}] as [string, Record<string, unknown>]])(
    '%s is refused to a copied sandbox, which has the secrets and another id',
    async (name, fields) => {
      const answer = await act(name, { ...fields, organizationId: '00D5g0000000099EAA' });
      expect([answer.status, answer.body['code']]).toEqual([403, 'other_org']);
    },
  );

  it('and a client of another org is refused even when it gives the right id', async () => {
    const { rows } = await story.database.pool.query('select org_id from org_client where client_id = $1', [
      client.clientId,
    ]);
    await story.database.pool.query(`update org_client set org_id = '00D5g0000000099EAA' where client_id = $1`, [
      client.clientId,
    ]);
    expect((await act('testconnection')).body['code']).toBe('other_org');
    await story.database.pool.query('update org_client set org_id = $2 where client_id = $1', [
      client.clientId,
      (rows[0] as { org_id: string }).org_id,
    ]);
    expect((await act('testconnection')).body).toEqual({
      organizationId: orgId(),
      message: 'This org can act on billing.',
    });
    expect((await act('testconnection', { organizationId: orgId().slice(0, 15) })).status).toBe(200);
  });

  it('a token that is none, has ended, or was got with a retired secret or by a revoked client is refused', async () => {
    const refused = async (bearer: string) => {
      const { status, body } = await act('testconnection', {}, bearer);
      expect([status, body['code']]).toEqual([401, 'token_refused']);
    };
    for (const bearer of ['', 'x', `b360t_${'x'.repeat(43)}`]) await refused(bearer);
    const other = (await run('add')).json as Client;
    const [first, ended] = [await tokenOf(other), await tokenOf(other)];
    await story.database.pool.query(`update org_token set expires_at = now() where hash = sha256($1)`, [
      Buffer.from(ended),
    ]);
    await refused(ended);
    const renewed = (await run('rotate', other.clientId)).json as Client;
    const second = await tokenOf(renewed);
    for (const bearer of [first, second]) expect((await act('testconnection', {}, bearer)).status).toBe(200);
    await run('retire', other.clientId, other.secretId, '--yes');
    await refused(first);
    expect((await act('testconnection', {}, second)).status).toBe(200);
    await run('revoke', other.clientId, '--yes');
    await refused(second);
  });

  it('a token without the scope may not', async () => {
    const reader = await tokenOf(client, 'billing.read');
    for (const name of ['refresh', 'paymentlink', 'invoicepdf', 'resendinvoice']) {
      const { status, body } = await act(name, {}, reader);
      expect([status, body['code']]).toEqual([403, 'scope_missing']);
    }
    expect((await act('testconnection', {}, reader)).status).toBe(200);
    expect((await actionsOfDatabase()).filter(({ outcome }) => outcome === 'scope_missing')).toHaveLength(4);
  });

  it('while Salesforce does not say what a user may see nobody is told anything', async () => {
    faults('org', [{ path: '/query', status: 500, times: 5 }]);
    const { status, body } = await act('invoicerecipient', { invoiceKey: zuoraInvoiceKey() });
    expect([status, body['code']]).toEqual([503, 'action_unavailable']);
  });

  it('more often than anybody presses a button is refused for a minute', async () => {
    const user = userId('rep').slice(0, 15);
    await story.database.pool.query(
      `insert into call_count (subject, minute, calls) select $1, date_trunc('minute', now()) + n * interval '1 min', 60 from generate_series(0, 1) n`,
      [`call ${client.clientId} ${user}`],
    );
    expect(await act('testconnection')).toMatchObject({ status: 429, body: { code: 'too_many_requests' } });
    expect((await act('testconnection', { userId: userId('admin') })).status).toBe(200);
  });
});

describe('a request', () => {
  const call = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${story.stack.backend.url}/actions/resendinvoice`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      body,
    });

  it.each<[string, string, Record<string, string>, number]>([
    ['no JSON', '{', {}, 400],
    ['nothing', '', {}, 400],
    ['a list', '[]', {}, 400],
    ['a text', '"x"', {}, 400],
    ['an id that is a number', '{"accountId":1,"requestKey":"a","address":"b"}', {}, 400],
    ['no key', '{"address":"b"}', {}, 400],
    ['an empty key', '{"requestKey":"","address":"b"}', {}, 400],
    ['no address', '{"requestKey":"a"}', {}, 400],
    ['a key that is too long', JSON.stringify({ requestKey: 'x'.repeat(201), address: 'b' }), {}, 400],
    ['an id that is too long', JSON.stringify({ requestKey: 'x', address: 'b', accountId: 'x'.repeat(301) }), {}, 400],
    ['compressed content', '{}', { 'content-encoding': 'gzip' }, 400],
    ['too much', JSON.stringify({ address: 'x'.repeat(20_000) }), {}, 413],
  ])('with %s is refused in words', async (_what, body, headers, status) => {
    const response = await call(body, headers);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ code: 'request_unreadable', message: expect.any(String) as string });
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('is a POST, and answered with the headers of helmet', async () => {
    const response = await fetch(`${story.stack.backend.url}/actions/refresh`);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('is noted with who asked and what came of it, and operators can read that', async () => {
    await story.database.pool.query('truncate org_action');
    await act('invoicerecipient', { invoiceKey: zuoraInvoiceKey() });
    await act('invoicerecipient', { invoiceKey: zuoraInvoiceKey(), userId: userId('otherRep') });
    await call('{');
    const noted = {
      client_id: client.clientId,
      org_id: orgId(),
      operation: 'invoicerecipient',
      account_id: acme.accountId,
    };
    expect(await actionsOfDatabase()).toMatchObject([
      { ...noted, user_id: userId('rep'), subject: zuoraInvoiceKey(), outcome: 'done' },
      { ...noted, user_id: userId('otherRep'), subject: zuoraInvoiceKey(), outcome: 'record_not_found' },
      { client_id: client.clientId, operation: 'resendinvoice', user_id: '', outcome: 'request_unreadable' },
    ]);
    const env = { DATABASE_URL: story.stack.env['DATABASE_URL']! };
    const listed = await ops(env, ['actions', '--user', userId('otherRep'), '--json']);
    expect(listed.json).toMatchObject([{ userId: userId('otherRep'), outcome: 'record_not_found' }]);
    expect((await ops(env, ['actions', '--account', acme.accountId])).out).toContain('invoicerecipient');
    expect((await ops(env, ['actions', 'x'])).code).toBe(2);
  });
});

it('the document that registrations are made from is served', async () => {
  const document = (await (await fetch(`${story.stack.backend.url}/openapi.json`)).json()) as { paths: object };
  expect(Object.keys(document.paths)).toEqual([
    '/actions/refresh',
    '/actions/refreshprogress',
    '/actions/paymentlink',
    '/actions/invoicepdf',
    '/actions/invoicerecipient',
    '/actions/resendinvoice',
    '/actions/previeworder',
    '/actions/testconnection',
  ]);
});

it('no token, address or link is in the log of all this', () => {
  const log = story.stack.backend.output();
  for (const hidden of [token, client.secret, 'billing@acme.example', 'ap@acme.example', '/i/acct_sim/'])
    expect(log).not.toContain(hidden);
});
