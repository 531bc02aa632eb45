import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { assign, connectActions, setSecret } from '../../scripts/demo/actions.ts';
import { startSalesforceSim, type RunningSalesforce } from '../simulators/salesforce/main.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import type { FieldValue } from '../simulators/salesforce/org/types.ts';
import { startActionService, type ActionService } from '../support/actionService.ts';
import { FlowVisit } from '../support/interviews.ts';

const CALLOUT_TIMEOUT_MS = 3_000;
const DOWN = { status: 503, body: { code: 'x', message: 'Stripe is down.' } };
const REFRESH = 'Billing_Refresh';
const LINK = 'Billing_Payment_Link';
const PDF = 'Billing_Invoice_Pdf';
const RESEND = 'Billing_Resend_Invoice';
const OPEN = 'Billing_Open_In_Billing';
const FLOWS = [REFRESH, LINK, PDF, RESEND, OPEN];
const NOTHING = '001000000000000AAA';

let org: RunningSalesforce;
let service: ActionService;
let accountId: string;
let invoiceId: string;
let caseId: string;
let rows = 0;

const idOf = (username: string): string => org.org.userNamed(username)!.Id;

function insert(object: string, fields: Record<string, FieldValue>, username: string): string {
  const [result] = org.org.insert(object, [fields], { userId: idOf(username) });
  if (!result!.success) throw new Error(JSON.stringify(result!.errors));
  return result!.id!;
}

const invoice = (account: string, name: string, fields: Record<string, FieldValue> = {}): string =>
  insert(
    'Billing_Invoice__c',
    { Account__c: account, Key__c: `stripe:invoice:${++rows}`, Name: name, Status__c: 'Open', ...fields },
    USERS.integration,
  );

const visit = (flow: string, recordId: string, username: string = USERS.rep, more: object = {}) =>
  FlowVisit.start({ org }, username, flow, { recordId, ...more });

const requests = () => org.org.all('Billing_Request__c');

beforeAll(async () => {
  org = await startSalesforceSim({ calloutTimeoutMs: CALLOUT_TIMEOUT_MS });
  service = await startActionService();
  await connectActions({ org }, service.url, service.secret);
  await assign({ org }, USERS.rep);
  await assign({ org }, USERS.otherRep);
});
afterAll(async () => {
  await org?.close();
  await service?.close();
});

beforeEach(() => {
  accountId = insert('Account', { Name: 'Acme' }, USERS.rep);
  invoiceId = invoice(accountId, 'INV-1', { Balance__c: 490, Currency_Code__c: 'USD', Due_Date__c: '2026-12-01' });
  caseId = insert('Case', { Subject: 'Why?', AccountId: accountId }, USERS.rep);
  service.asked.length = 0;
  service.reply('refresh', { status: 200, body: answer('Done', 'Billing is up to date.', 'MRR is now 490.00 USD.') });
  service.reply('paymentlink', {
    status: 200,
    body: { available: true, url: 'https://pay.example/x', expiresAt: '2026-12-01T10:30:00Z', message: 'Pays INV-1.' },
  });
  service.reply('invoicepdf', {
    status: 200,
    body: { available: true, url: 'https://pdf.example/x', expiresAt: '2026-12-01T10:30:00Z', message: 'Opens INV-1.' },
  });
  service.reply('invoicerecipient', {
    status: 200,
    body: { available: true, address: 'ap@acme.example', message: '' },
  });
  service.reply('resendinvoice', { status: 200, body: { sent: true, message: 'INV-1 went to ap@acme.example.' } });
});

function answer(state: string, message: string, changes = '') {
  return { jobId: 'job-1', state, message, changes, done: state !== 'Running' };
}

describe('a refresh', () => {
  it('asks with the Account that the flow read, the user and the org, and tells what changed', async () => {
    const seen = await visit(REFRESH, accountId);
    expect([seen.screen, seen.text]).toEqual(['Outcome', 'Billing is up to date. MRR is now 490.00 USD.']);
    expect(service.asked).toEqual([
      {
        operation: 'refresh',
        body: {
          accountId,
          userId: idOf(USERS.rep),
          organizationId: org.orgId,
          requestKey: seen.view.interview,
        },
      },
    ]);
    await seen.next();
    expect([seen.view.status, seen.output('message'), seen.output('changes')]).toEqual([
      'FINISHED',
      'Billing is up to date.',
      'MRR is now 490.00 USD.',
    ]);
  });

  it.each([
    ['a Case', () => caseId],
    ['an invoice', () => invoiceId],
    [
      'a subscription',
      () =>
        insert(
          'Billing_Subscription__c',
          { Account__c: accountId, Key__c: `stripe:subscription:${++rows}`, Name: 'S' },
          USERS.integration,
        ),
    ],
    [
      'an Opportunity',
      () =>
        insert(
          'Opportunity',
          { Name: 'Deal', AccountId: accountId, StageName: 'Prospecting', CloseDate: '2026-12-01' },
          USERS.rep,
        ),
    ],
  ])('of %s is one of its Account', async (_what, record) => {
    await visit(REFRESH, record());
    expect(service.asked.map(({ body }) => body['accountId'])).toEqual([accountId]);
  });

  it('shows that it runs, asks how it stands as often as the person wants, and ends with what changed', async () => {
    service.reply('refresh', { status: 200, body: answer('Running', 'Reading 3 subscriptions.') });
    service.reply(
      'refreshprogress',
      { status: 200, body: answer('Running', 'Reading invoices.') },
      { status: 200, body: 'broken' },
      { status: 200, body: answer('Done', 'Billing is up to date.', 'An invoice was paid.') },
    );
    const seen = await visit(REFRESH, accountId);
    expect([seen.screen, seen.view.screen?.nextLabel]).toEqual(['Progress', 'See how it stands']);
    expect(seen.text).toContain('Reading 3 subscriptions.');
    expect((await seen.next()).text).toContain('Reading invoices.');
    expect((await seen.next()).text).toContain('the refresh itself goes on in billing');
    expect((await seen.next()).text).toBe('Billing is up to date. An invoice was paid.');
    expect(service.asked.at(-1)!.body).toMatchObject({ accountId, jobId: 'job-1' });
  });

  it('of a job that is gone says what the backend says', async () => {
    service.reply('refresh', { status: 200, body: answer('Running', 'Reading.') });
    service.reply('refreshprogress', {
      status: 404,
      body: { code: 'not_found', message: 'There is no such refresh.' },
    });
    const seen = await (await visit(REFRESH, accountId)).next();
    expect([seen.screen, seen.text]).toEqual(['Outcome', 'There is no such refresh.']);
  });

  it.each([400, 403, 404, 409, 429])('that is refused with %i says the sentence of the backend', async (status) => {
    service.reply('refresh', { status, body: { code: 'other_org', message: 'This org is a copy: it may not act.' } });
    const seen = await visit(REFRESH, accountId);
    expect([seen.screen, seen.text]).toEqual(['Outcome', 'This org is a copy: it may not act.']);
  });

  it.each([
    ['503 with a reason', DOWN, /Stripe is down\./],
    ['a page of a proxy', { status: 502, body: '<h1>Bad gateway</h1>' }, /could not be reached.*Details/],
    ['no reason', { status: 500, body: {} }, /could not be reached/],
    ['nonsense', { status: 200, body: 'Hello' }, /could not be reached.*no JSON/],
    ['another type', { status: 200, body: { ...answer('Done', 'x'), done: 'yes' } }, /could not be reached.*declared/],
    ['nothing within the time of a callout', 'never' as const, /could not be reached.*The callout failed/],
  ])('that is answered by %s explains it and leaves a request', async (_what, reply, words) => {
    service.reply('refresh', reply);
    const before = requests().length;
    const seen = await visit(REFRESH, accountId);
    expect([seen.screen, seen.view.screen?.nextLabel]).toEqual(['Offer', 'Leave a request']);
    expect(seen.text).toMatch(words);
    expect(requests()).toHaveLength(before);
    await seen.next();
    expect(seen.text).toContain('Your request is left.');
    expect(requests().at(-1)).toMatchObject({
      Account__c: accountId,
      Kind__c: 'Refresh',
      State__c: 'Requested',
      Key__c: seen.view.interview,
      CreatedById: idOf(USERS.rep),
    });
    expect(requests()).toHaveLength(before + 1);
  });

  it('gets a new token once when the one in use is refused, and says so when the secret is another one', async () => {
    await visit(REFRESH, accountId);
    const before = service.tokens;
    service.rotate('second-secret');
    const refused = await visit(REFRESH, accountId);
    expect(refused.text).toMatch(/could not be reached.*token endpoint answered 401/);
    await setSecret({ org }, service.secret);
    expect((await visit(REFRESH, accountId)).screen).toBe('Outcome');
    expect(service.tokens).toBe(before + 1);
    service.rotate('second-secret');
    expect((await visit(REFRESH, accountId)).screen).toBe('Outcome');
    expect(service.tokens).toBe(before + 2);
  });
});

describe('a payment link', () => {
  it('is shown with its end, for the invoice that the flow read', async () => {
    const seen = await visit(LINK, invoiceId);
    expect(seen.screen).toBe('Show_Link');
    expect(seen.text).toContain('Works until 2026-12-01 10:30 UTC.');
    expect(seen.view.screen!.fields[1]!.text).toContain('href="https://pay.example/x"');
    expect(service.asked[0]!.body).toMatchObject({ accountId, invoiceKey: `stripe:invoice:${rows}` });
    expect(service.asked[0]!.body['requestKey']).toBe(seen.view.interview);
  });

  it('is given to a component that shows it itself, and nowhere else', async () => {
    const seen = await visit(LINK, invoiceId, USERS.rep, { shownByCaller: true });
    expect([seen.view.status, seen.output('url'), seen.output('expiresAt')]).toEqual([
      'FINISHED',
      'https://pay.example/x',
      '2026-12-01T10:30:00Z',
    ]);
  });

  it('has no end where the backend knows none', async () => {
    service.reply('paymentlink', {
      status: 200,
      body: { available: true, url: 'https://pay.example/x', expiresAt: '', message: 'Pays INV-1.' },
    });
    expect((await visit(LINK, invoiceId)).text).not.toContain('Works until');
  });

  it('is absent with the reason', async () => {
    service.reply('paymentlink', {
      status: 200,
      body: { available: false, url: '', expiresAt: '', message: 'Zuora has no hosted page for this invoice.' },
    });
    const seen = await visit(LINK, invoiceId, USERS.rep, { shownByCaller: true });
    expect(seen.text).toBe('Zuora has no hosted page for this invoice.');
    expect((await seen.next()).output('url')).toBeNull();
  });

  it.each([
    ['the Account', () => accountId],
    ['a Case of it', () => caseId],
  ])('of %s lists the open invoices alone, for one of them', async (_what, record) => {
    invoice(accountId, 'INV-PAID', { Status__c: 'Paid' });
    const second = invoice(accountId, 'INV-2', { Due_Date__c: '2026-11-01', Balance__c: 5, Currency_Code__c: 'EUR' });
    const seen = await visit(LINK, record());
    expect(seen.text).toContain('INV-1: Open, 490 USD left to pay, due 2026-12-01');
    expect(seen.view.screen!.fields[1]!.choices.map(({ label }) => label)).toEqual(['INV-2', 'INV-1']);
    await seen.next();
    expect(seen.view.screen!.fields[1]!.error).toMatch(/not optional/);
    await seen.next({ Invoice: second });
    expect(seen.screen).toBe('Show_Link');
    expect(service.asked.map(({ body }) => body['invoiceKey'])).toEqual([`stripe:invoice:${rows}`]);
  });

  it('of an invoice that the choice never offered is none', async () => {
    const foreign = invoice(insert('Account', { Name: 'Globex' }, USERS.otherRep), 'INV-X');
    const seen = await (await visit(LINK, accountId)).next({ Invoice: foreign });
    expect(seen.text).toContain('There is nothing here that you may see.');
    expect(service.asked).toEqual([]);
  });

  it('of a customer without an open invoice says so', async () => {
    const seen = await visit(LINK, insert('Account', { Name: 'Initech' }, USERS.rep));
    expect(seen.text).toBe('This customer has no open invoice, so there is nothing to pay.');
  });
});

describe('the PDF of an invoice', () => {
  it('is linked with its end, for the invoice that the flow read, and the link leaves no screen but that one', async () => {
    const seen = await visit(PDF, invoiceId);
    expect([seen.screen, seen.text]).toEqual([
      'Show_Pdf',
      'Open the PDF (new tab) Opens INV-1. Works until 2026-12-01 10:30 UTC. Give it to the customer alone.',
    ]);
    expect(seen.view.screen!.fields[0]!.text).toContain('href="https://pdf.example/x" target="_blank"');
    expect(service.asked).toEqual([
      {
        operation: 'invoicepdf',
        body: {
          accountId,
          invoiceKey: `stripe:invoice:${rows}`,
          userId: idOf(USERS.rep),
          organizationId: org.orgId,
          requestKey: seen.view.interview,
        },
      },
    ]);
    await seen.next();
    expect(seen.view.status).toBe('FINISHED');
    expect(JSON.stringify(seen.view)).not.toContain('pdf.example');
  });

  it('is absent with the reason', async () => {
    const message = 'Open the invoice in Zuora.';
    service.reply('invoicepdf', { status: 200, body: { available: false, url: '', expiresAt: '', message } });
    const seen = await visit(PDF, invoiceId);
    expect([seen.screen, seen.text]).toEqual(['Outcome', message]);
  });

  it('of a Case is one of its customer: the newest first, drafts and what is gone not offered', async () => {
    for (const [name, fields] of Object.entries({
      'INV-PAID': { Status__c: 'Paid', Invoice_Date__c: '2026-11-20', Balance__c: 0, Currency_Code__c: 'USD' },
      'INV-VOID': { Status__c: 'Void', Invoice_Date__c: '2026-11-19' },
      'INV-DRAFT': { Status__c: 'Draft' },
      'INV-GONE': { Status__c: 'Removed' },
    }))
      invoice(accountId, name, fields);
    const paid = org.org.all('Billing_Invoice__c').find(({ Name }) => Name === 'INV-PAID')!;
    const seen = await visit(PDF, caseId);
    expect(seen.view.screen!.fields[1]!.choices.map(({ label }) => label)).toEqual(['INV-PAID', 'INV-VOID', 'INV-1']);
    await seen.next({ Invoice: paid.Id });
    expect(seen.screen).toBe('Show_Pdf');
    expect(service.asked.map(({ body }) => body['invoiceKey'])).toEqual([paid['Key__c']]);
  });

  it('of an invoice that the choice never offered is none', async () => {
    const foreign = invoice(insert('Account', { Name: 'Globex' }, USERS.otherRep), 'INV-X');
    const seen = await (await visit(PDF, caseId)).next({ Invoice: foreign });
    expect(seen.text).toContain('There is nothing here that you may see.');
    expect(service.asked).toEqual([]);
  });

  it('of the Case of a customer without any says so', async () => {
    const empty = insert('Account', { Name: 'Initech' }, USERS.rep);
    const seen = await visit(PDF, insert('Case', { Subject: 'Why?', AccountId: empty }, USERS.rep));
    expect(seen.text).toBe('This customer has no invoice with a PDF: nothing was billed yet.');
  });

  it.each([
    ['a refusal', { status: 429, body: { code: 'x', message: 'Try again in 9 s.' } }, /^Try again in 9 s\.$/],
    ['nonsense', { status: 200, body: 'Hello' }, /could not be reached.*no JSON/],
    ['nothing in time', 'never' as const, /could not be reached.*The callout failed/],
  ])('that is answered by %s is explained', async (_what, reply, words) => {
    service.reply('invoicepdf', reply);
    const seen = await visit(PDF, invoiceId);
    expect([seen.screen, seen.text]).toEqual(['Outcome', expect.stringMatching(words)]);
  });
});

describe('sending an invoice again', () => {
  it('shows the address first, and sends to it on a press', async () => {
    const seen = await visit(RESEND, invoiceId);
    expect(seen.text).toContain('Invoice INV-1 goes to ap@acme.example');
    expect(service.asked.map(({ operation }) => operation)).toEqual(['invoicerecipient']);
    await seen.next();
    expect(seen.text).toBe('INV-1 went to ap@acme.example.');
    expect(service.asked[1]).toMatchObject({
      operation: 'resendinvoice',
      body: { accountId, address: 'ap@acme.example', requestKey: seen.view.interview },
    });
    expect((await seen.next()).view.status).toBe('FINISHED');
  });

  it('is refused with the sentence of the backend when it went a moment ago', async () => {
    const message = 'It was sent at 10:01; it may go again at 10:11.';
    service.reply('resendinvoice', { status: 409, body: { code: 'sent_recently', message } });
    expect((await (await visit(RESEND, invoiceId)).next()).text).toBe(message);
  });

  it('says why where it cannot be sent', async () => {
    const message = 'The customer has no e-mail address in Stripe.';
    service.reply('invoicerecipient', { status: 200, body: { available: false, address: '', message } });
    expect((await visit(RESEND, invoiceId)).text).toBe(message);
  });

  it('does not claim that nothing was sent when no answer came', async () => {
    service.reply('resendinvoice', 'never');
    expect((await (await visit(RESEND, invoiceId)).next()).text).toMatch(/not known whether the invoice was sent/);
  });
});

describe('open in billing', () => {
  it('shows the page of the record, and calls nothing', async () => {
    const linked = invoice(accountId, 'INV-9', { Source_Url__c: 'https://billing.example/INV-9' });
    const seen = await visit(OPEN, linked);
    expect(seen.view.screen!.fields[0]!.text).toContain('href="https://billing.example/INV-9"');
    expect(service.asked).toEqual([]);
  });

  it('shows the billing accounts of an Account, without those that are gone', async () => {
    for (const [Name, Status__c] of [
      ['Acme EU', 'Active'],
      ['Acme Old', 'Removed'],
    ] as const)
      insert(
        'Billing_Account__c',
        {
          Account__c: accountId,
          Key__c: `stripe:account:${++rows}`,
          Name,
          Status__c,
          Source__c: 'Stripe',
          Source_Url__c: `https://billing.example/${rows}`,
        },
        USERS.integration,
      );
    expect((await visit(OPEN, caseId)).text).toMatch(/^Acme EU \(Stripe\) Opens in a new tab/);
  });

  it('says so where there is no page', async () => {
    for (const record of [accountId, invoiceId])
      expect((await visit(OPEN, record)).text).toMatch(/^Nothing of this can be opened/);
  });
});

describe('who may', () => {
  it.each(FLOWS)('%s tells nobody whether a record that he may not see exists', async (flow) => {
    const none = (await visit(flow, NOTHING, USERS.otherRep)).text;
    expect(none).toMatch(/^There is nothing here that you may see\./);
    for (const foreign of [accountId, invoiceId, caseId])
      expect((await visit(flow, foreign, USERS.otherRep)).text).toBe(none);
    expect(service.asked).toEqual([]);
  });

  it.each([LINK, PDF, RESEND])('%s is for those with the custom permission', async (flow) => {
    await assign({ org }, USERS.repWithoutBilling, ['Billing_Viewer', 'Billing_Callout_Access']);
    const own = insert('Account', { Name: 'Hooli' }, USERS.repWithoutBilling);
    const seen = await visit(flow, own, USERS.repWithoutBilling);
    expect(seen.text).toMatch(/Ask your Salesforce admin for the permission set Billing Agent\.$/);
    expect(service.asked).toEqual([]);
  });

  it('who has no access to the principal is told which permission set is missing', async () => {
    const own = insert('Account', { Name: 'Pied Piper' }, USERS.admin);
    const seen = await visit(REFRESH, own, USERS.admin);
    expect(seen.text).toMatch(/permission set Billing Callout Access.*We couldn't access the credential/);
    expect(service.asked).toEqual([]);
  });

  it('who may leave no request is told so', async () => {
    await assign({ org }, USERS.repWithoutBilling, ['Billing_Viewer', 'Billing_Callout_Access']);
    service.reply('refresh', DOWN);
    const own = insert('Account', { Name: 'Hooli' }, USERS.repWithoutBilling);
    const seen = await (await visit(REFRESH, own, USERS.repWithoutBilling)).next();
    expect(seen.text).toMatch(/No request could be left either.*Billing Agent/);
  });

  it('a second press within one dialog is one request', async () => {
    service.reply('refresh', DOWN);
    const seen = await visit(REFRESH, accountId);
    const before = requests().length;
    const presses = await Promise.allSettled([seen.next(), seen.next()]);
    expect(presses.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect(requests()).toHaveLength(before + 1);
  });

  it('nobody sees or changes the request of another one', async () => {
    service.reply('refresh', DOWN);
    await (await visit(REFRESH, accountId)).next();
    const { Id } = requests().at(-1)!;
    const access = org.org.accessOf(idOf(USERS.otherRep));
    expect(access.seesRecord('Billing_Request__c', org.org.get('Billing_Request__c', Id)!)).toBe(false);
    const [own] = org.org.update('Billing_Request__c', [{ Id, State__c: 'Done' }], { userId: idOf(USERS.rep) });
    expect(own!.success).toBe(false);
  });
});
