import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rows, startTest, testCard, text, type TestClient } from '../testClient.ts';

let zuora: TestClient;

beforeEach(async () => {
  zuora = await startTest();
  await zuora.today('2026-11-21');
});
afterEach(() => zuora.sim.close());

const put = (path: string, body: unknown) => zuora.call('PUT', path, body);
const codeOf = (answer: { body: { reasons?: unknown } }) =>
  (answer.body.reasons as { code: number }[] | undefined)?.[0]?.code;

describe('contacts', () => {
  it('are added to an account, changed, made its bill-to contact and deleted', async () => {
    const account = await zuora.account();
    const made = await zuora.post('/v1/contacts', {
      accountNumber: account.number,
      firstName: 'Grace',
      lastName: 'Hopper',
      country: 'Canada',
    });
    expect(made).toMatchObject({ accountId: account.id, firstName: 'Grace', city: null });
    const path = `/v1/contacts/${text(made.id)}`;
    expect((await put(path, { city: 'Ottawa' })).body).toMatchObject({ city: 'Ottawa', lastName: 'Hopper' });
    await put(`/v1/accounts/${account.number}`, { billToContactId: made.id });
    const { body } = await zuora.get(`/v1/accounts/${account.number}`);
    expect([body.billToContact?.firstName, body.soldToContact?.firstName]).toEqual(['Grace', 'Ada']);
    expect(codeOf(await zuora.call('DELETE', path))).toBe(51300030);
    const other = await zuora.post('/v1/contacts', { accountId: account.id, firstName: 'A', lastName: 'B' });
    expect((await zuora.call('DELETE', `/v1/contacts/${text(other.id)}`)).status).toBe(200);
    expect((await zuora.get(`/v1/contacts/${text(other.id)}`)).status).toBe(404);
  });

  it('are refused without a name, an account, or with a field that they have not got', async () => {
    const account = await zuora.account();
    const code = async (body: unknown) => codeOf(await zuora.call('POST', '/v1/contacts', body));
    expect(await code({ accountId: account.id, firstName: 'A' })).toBe(51300022);
    expect(await code({ firstName: 'A', lastName: 'B' })).toBe(51300022);
    expect(await code({ accountId: account.id, firstName: 'A', lastName: 'B', shoeSize: 9 })).toBe(51300021);
    expect(await code({ accountId: 'A99', firstName: 'A', lastName: 'B' })).toBe(50000040);
  });

  it.each([
    [{ country: 'Atlantis' }, true],
    [{ country: 'US', state: 'Bavaria' }, true],
    [{ country: 'United States', state: 'California' }, false],
    [{ country: 'CA', state: 'on' }, false],
    [{ country: 'Austria', state: 'Tirol' }, false],
  ])('are in a country, and a state of it: %j', async (place, isRefused) => {
    const account = await zuora.account();
    const answer = await put(`/v1/accounts/${account.number}`, { billToContact: place });
    if (!isRefused) expect(answer.body).toMatchObject({ success: true });
    else expect(String(codeOf(answer))).toMatch(/20$/);
  });

  it('lose what is personal when they are scrubbed', async () => {
    const account = await zuora.account();
    const { body } = await zuora.get(`/v1/accounts/${account.number}`);
    const path = `/v1/contacts/${text(body.billToContact?.id)}`;
    expect((await put(`${path}/scrub`, {})).status).toBe(200);
    expect((await zuora.get(path)).body).toMatchObject({ lastName: 'scrubbed', workEmail: null, country: null });
  });
});

describe('accounts', () => {
  it('have a sold-to contact of their own as soon as it differs', async () => {
    const account = await zuora.account();
    await put(`/v1/accounts/${account.number}`, { soldToContact: { city: 'Paris' } });
    const { body } = await zuora.get(`/v1/accounts/${account.number}`);
    expect([body.billToContact?.city, body.soldToContact?.city]).toEqual([null, 'Paris']);
    expect(body.soldToContact?.lastName).toBe('Byron');
  });

  it('stand below a parent, never below themselves', async () => {
    const parent = await zuora.account();
    const child = await zuora.account({ parentId: parent.number });
    expect((await zuora.get(`/v1/accounts/${child.number}`)).body.basicInfo?.parentId).toBe(parent.id);
    expect(codeOf(await put(`/v1/accounts/${parent.number}`, { parentId: child.id }))).toBe(51100030);
  });

  it('take a payment method that waited for them', async () => {
    const { id } = await zuora.post('/v1/payment-methods', testCard());
    const account = await zuora.account({ hpmCreditCardPaymentMethodId: id, autoPay: true });
    const { body } = await zuora.get(`/v1/accounts/${account.number}/payment-methods/default`);
    expect(body).toMatchObject({ id, isDefault: true, accountKey: account.id });
    const again = await zuora.call('POST', '/v1/accounts', {
      name: 'B',
      currency: 'USD',
      billToContact: { firstName: 'A', lastName: 'B' },
      hpmCreditCardPaymentMethodId: id,
    });
    expect(codeOf(again)).toBe(51100020);
  });

  it('take a card in the older way, and say what they cannot take', async () => {
    const { type: _, ...card } = testCard();
    const creditCard = { ...card, expirationMonth: '12', expirationYear: '2030' };
    const account = await zuora.account({ creditCard, partnerAccount: true, customerServiceRepName: 'Kim' });
    const { body } = await zuora.get(`/v1/accounts/${account.number}/payment-methods`);
    expect(body.creditcard).toMatchObject([{ expirationYear: 2030, isDefault: true }]);
    expect((await zuora.get(`/v1/accounts/${account.number}`)).body.basicInfo).toMatchObject({
      partnerAccount: true,
      customerServiceRepName: 'Kim',
    });
    const answer = await zuora.call('POST', '/v1/accounts', {
      name: 'A',
      currency: 'USD',
      billToContact: { firstName: 'A', lastName: 'B' },
      subscription: {},
    });
    expect(answer.status).toBe(501);
    expect((await zuora.get('/__sim/unsupported')).body).toEqual({ "the field 'subscription'": 1 });
    const change = (body: object) => zuora.call('PUT', `/v1/accounts/${account.number}`, body);
    expect((await change({ profileNumber: 'CP-1' })).status).toBe(501);
    expect((await change({ shoe: 1 })).status).toBe(400);
  });

  it('show only their six newest subscriptions in the summary', async () => {
    const account = await zuora.account({ paymentMethod: testCard(), autoPay: true });
    const { planId } = await zuora.plan([
      { Name: 'Fee', ChargeModel: 'Flat Fee Pricing', tiers: [{ Currency: 'USD', Price: 10 }] },
    ]);
    const numbers: string[] = [];
    for (let count = 0; count < 7; count++) numbers.push(await zuora.subscribe(account, planId, '2026-11-01'));
    await zuora.post('/__sim/act/post-invoice', { account: account.number });
    await zuora.post('/__sim/act/pay-invoice', { account: account.number });
    const { body } = await zuora.get(`/v1/accounts/${account.number}/summary`);
    expect(rows(body.subscriptions).map((one) => one.subscriptionNumber)).toEqual(numbers.slice(1).reverse());
    expect(body.subscriptions).toMatchObject({ 0: { ratePlans: [{ productName: 'Platform' }], status: 'Active' } });
    expect(body.basicInfo).toMatchObject({ balance: 0, defaultPaymentMethod: { paymentMethodType: 'CreditCard' } });
    expect(body.invoices).toMatchObject([{ invoiceNumber: 'INV00000001', amount: 70, balance: 0 }]);
    expect(body.payments).toMatchObject([{ paidInvoices: [{ appliedPaymentAmount: 70 }], status: 'Processed' }]);
  });

  it('tell their money by currency', async () => {
    const account = await zuora.account();
    const invoice = (currency: string, amount: number) =>
      zuora.post('/v1/invoices', {
        accountId: account.id,
        currency,
        invoiceDate: '2026-11-21',
        status: 'Posted',
        invoiceItems: [{ amount, serviceStartDate: '2026-11-21', chargeName: 'Fee' }],
      });
    await invoice('USD', 10);
    await invoice('EUR', 20);
    const { body } = await zuora.get(`/v1/accounts/${account.number}`);
    expect(body.metrics).toMatchObject({ currency: 'USD', balance: 10 });
    expect(body.metricsData).toMatchObject([
      { currency: 'USD', totalInvoiceBalance: 10 },
      { currency: 'EUR', totalInvoiceBalance: 20 },
    ]);
  });

  it('cannot be changed once they are deleted, which takes their documents away', async () => {
    const account = await zuora.account();
    await zuora.post('/v1/invoices', {
      accountId: account.id,
      invoiceDate: '2026-11-21',
      invoiceItems: [{ amount: 5, serviceStartDate: '2026-11-21' }],
    });
    const gone = await zuora.call('DELETE', `/v1/accounts/${account.number}`);
    expect(gone.body).toMatchObject({ id: account.id, jobStatus: 'Pending', success: true });
    const job = await zuora.get(`/v1/operations/jobs/${text(gone.body.jobId)}`);
    expect(job.body).toMatchObject({ objectId: account.id, operationType: 'Delete', status: 'Completed' });
    expect((await zuora.get('/v1/operations/jobs/none')).status).toBe(404);
    expect((await zuora.get(`/v1/accounts/${account.number}`)).body.basicInfo?.status).toBe('Canceled');
    expect((await zuora.get('/v1/invoices/INV00000001')).status).toBe(404);
    expect(codeOf(await put(`/v1/accounts/${account.number}`, { name: 'New' }))).toBe(51500030);
  });

  it('take runBilling from version 211 on, and invoice before', async () => {
    const body = { name: 'A', currency: 'USD', billToContact: { firstName: 'A', lastName: 'B' } };
    const code = async (more: object, version: string) =>
      codeOf(await zuora.call('POST', '/v1/accounts', { ...body, ...more }, { 'zuora-version': version }));
    expect(await code({ runBilling: true }, '211.0')).toBeUndefined();
    expect(await code({ invoice: true }, '207.0')).toBeUndefined();
    expect(await code({ invoice: true }, '211.0')).toBe(51100021);
    expect(await code({ runBilling: true }, '207.0')).toBe(51100021);
  });
});
