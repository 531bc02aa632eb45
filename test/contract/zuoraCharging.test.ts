import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Fault } from '../../server/domain/fault.ts';
import type { RatePlan } from '../../scripts/demo/seed-zuora.ts';
import { testCard } from '../simulators/zuora/testClient.ts';
import { startZuoraRig, type ZuoraRig } from './zuoraRig.ts';

const ACCOUNT = '001000000000001AAA';
const FUNDS =
  'There is not enough money on the account. A later attempt may succeed; another payment method helps at once.';
const GENERIC =
  'The bank declined the payment without saying why. Ask the customer to call the bank or to use another card.';

let rig: ZuoraRig;
let account: string;
let plan: RatePlan;

/** A subscription of 300 US dollars a month, billed, of an account that pays by itself. */
beforeEach(async () => {
  rig = await startZuoraRig();
  plan = await rig.zuora.ratePlan('Platform', 'USD', [
    { name: 'Seats', kind: 'perUnit', price: '150', period: 'Month' },
  ]);
  account = await rig.zuora.account('Acme', 'USD', ACCOUNT);
  await rig.zuora.subscribe(account, plan, { start: '2026-11-01', months: 12, quantity: 2 });
  await rig.zuora.bill(account, '2026-11-21');
  await rig.work();
});
afterEach(() => rig.close());

const fail = (more: object = {}) => rig.act('fail-payment', { account, code: 'insufficient_funds', ...more });
const method = () => rig.sim.tenant.data.paymentMethods.at(-1)!;
const paymentRow = () => rig.bench.rowsOf('Billing_Payment__c', ACCOUNT).at(-1)!.fields;
const accountRow = () => rig.bench.rowsOf('Billing_Account__c', ACCOUNT)[0]!.fields;
const dunningRow = () => rig.bench.rowsOf('Dunning_Case__c', ACCOUNT)[0]!.fields;
const logsRead = () => rig.sim.ctx.calls.counts.get('POST /v1/action/query') ?? 0;

/** Takes from the newest payment what the gateway answered, as tenants have it whose gateway reports late. */
function hideReason(): void {
  Object.assign(rig.sim.tenant.data.payments.at(-1)!, { gatewayResponse: null, gatewayResponseCode: null });
}

/** Notes what the gateway said when it was asked about the method outside of any payment. */
function logMethod(code: string, message: string, agoMs = 0): void {
  const { id } = method();
  rig.sim.tenant.data.transactionLogs.push({
    id: rig.sim.tenant.newId(),
    kind: 'PaymentMethod',
    objectId: id,
    paymentMethodId: id,
    gatewayTransactionType: 'Validate',
    decline: { code, message },
    transactionId: 'TXN-9',
    at: rig.clock.now().getTime() - agoMs,
  });
  rig.sim.tenant.touch();
}

describe('a failed payment that does not say why', () => {
  test('gets its decline from the transaction log, on the payment and on the dunning case', async () => {
    await fail();
    hideReason();
    await rig.readAnew(account);
    expect(paymentRow()).toMatchObject({
      Status__c: 'Failed',
      Decline_Code__c: 'insufficient_funds',
      Decline_Reason__c: FUNDS,
    });
    expect(dunningRow()).toMatchObject({ Decline_Code__c: 'insufficient_funds', Decline_Reason__c: FUNDS });
  });

  test('gets the last answer of several, and none of what gave money back', async () => {
    await fail({ code: 'processing_error' });
    hideReason();
    const { id } = rig.sim.tenant.data.payments.at(-1)!;
    const [log] = rig.sim.tenant.data.transactionLogs.filter(({ objectId }) => objectId === id);
    rig.sim.tenant.data.transactionLogs.unshift({
      ...log!,
      id: 'later',
      decline: { code: 'expired_card', message: 'Expired' },
      at: log!.at + 60_000,
    });
    rig.sim.tenant.data.transactionLogs.push({
      ...log!,
      id: 'credit',
      gatewayTransactionType: 'Credit',
      decline: { code: 'refund_refused', message: 'Refused' },
      at: log!.at + 120_000,
    });
    rig.sim.tenant.touch();
    await rig.readAnew(account);
    expect(paymentRow()['Decline_Code__c']).toBe('expired_card');
  });

  test('that the log does not know either was declined without a reason', async () => {
    await fail();
    hideReason();
    rig.sim.tenant.data.transactionLogs.length = 0;
    rig.sim.tenant.touch();
    await rig.readAnew(account);
    expect(paymentRow()).toMatchObject({ Status__c: 'Failed', Decline_Code__c: null, Decline_Reason__c: GENERIC });
  });

  test('is shown all the same where the logs may not be read', async () => {
    await fail();
    hideReason();
    const refusals = [{ path: '^/v1/action/query', times: 100, code: 50000010 }];
    await fetch(`${rig.sim.url}/__sim/refusals`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refusals }),
    });
    await rig.readAnew(account);
    expect(paymentRow()).toMatchObject({ Status__c: 'Failed', Decline_Code__c: null, Decline_Reason__c: GENERIC });
  });

  test('is read again when the log cannot be read for now, and nothing is saved before', async () => {
    await fail();
    hideReason();
    rig.sim.ctx.faults.set([{ path: '^/v1/action/query', status: 503, times: 1 }]);
    await expect(rig.readAnew(account)).rejects.toThrow(Fault);
    await rig.readAnew(account);
    expect(paymentRow()['Decline_Code__c']).toBe('insufficient_funds');
  });
});

test('logs are read only where something is to be learned from them', async () => {
  await rig.readAnew(account);
  expect(logsRead()).toBe(0);
  await fail();
  await rig.act('pay-invoice', { account });
  await rig.work();
  rig.sim.ctx.calls.clear();
  await rig.readAnew(account);
  expect(logsRead()).toBe(0);
  // A decline that stands on the payment costs the look at the method alone.
  await rig.zuora.bill(account, '2026-12-01');
  await fail();
  await rig.work();
  rig.sim.ctx.calls.clear();
  await rig.readAnew(account);
  expect(logsRead()).toBe(1);
  hideReason();
  rig.sim.ctx.calls.clear();
  await rig.readAnew(account);
  expect(logsRead()).toBe(2);
});

test('250 payments without a reason are asked for in two queries, as many conditions as one may have', async () => {
  await fail();
  hideReason();
  const { data } = rig.sim.tenant;
  const [payment] = data.payments;
  const [log] = data.transactionLogs.filter(({ objectId }) => objectId === payment!.id);
  for (let count = 1; count < 250; count++) {
    const id = rig.sim.tenant.newId();
    data.payments.push({ ...payment!, id, number: rig.sim.tenant.number('P-') });
    data.transactionLogs.push({ ...log!, id: rig.sim.tenant.newId(), objectId: id });
  }
  rig.sim.tenant.touch();
  rig.sim.ctx.calls.clear();
  await rig.readAnew(account);
  // And one for the payment method.
  expect(logsRead()).toBe(3);
  const rows = rig.bench.rowsOf('Billing_Payment__c', ACCOUNT);
  expect(rows).toHaveLength(250);
  expect(rows.every(({ fields }) => fields['Decline_Code__c'] === 'insufficient_funds')).toBe(true);
});

describe('the payment method of a billing account', () => {
  test('that was never declined has failed 0 times; an account without one shows no number', async () => {
    expect(accountRow()).toMatchObject({ Failed_Attempts__c: null, Decline_Code__c: null, Decline_Reason__c: null });
    await fail();
    await rig.act('pay-invoice', { account });
    await rig.readAnew(account);
    expect(accountRow()).toMatchObject({
      Failed_Attempts__c: 0,
      Last_Failure__c: null,
      Decline_Code__c: null,
      Decline_Reason__c: null,
      No_Retry_Before__c: null,
    });
  });

  test('that was declined shows how often, when and why, as its last payment says', async () => {
    await fail();
    await fail({ code: 'expired_card' });
    // A decline of the day before is not why this attempt failed.
    logMethod('do_not_honor', 'Do not honor', 86_400_000);
    await rig.readAnew(account);
    expect(accountRow()).toMatchObject({
      Failed_Attempts__c: 2,
      Decline_Code__c: 'expired_card',
      Decline_Reason__c: 'The card has expired. Ask the customer for a new card.',
    });
    expect(String(accountRow()['Last_Failure__c']).slice(0, 10)).toBe('2026-11-21');
  });

  test('whose payment left no record shows what the log of the method says', async () => {
    await fail();
    rig.sim.tenant.data.payments.length = 0;
    logMethod('do_not_honor', 'Do not honor');
    await rig.readAnew(account);
    expect(
      rig.bench.rowsOf('Billing_Payment__c', ACCOUNT).filter(({ fields }) => fields['Status__c'] === 'Failed'),
    ).toEqual([]);
    expect(accountRow()).toMatchObject({
      Failed_Attempts__c: 1,
      Decline_Code__c: 'do_not_honor',
      Decline_Reason__c: GENERIC,
    });
  });

  test('that the gateway refused when it was verified shows it, without an attempt to pay', async () => {
    await fail();
    await rig.act('pay-invoice', { account });
    Object.assign(method(), { lastTransactionStatus: 'Declined' });
    logMethod('fraudulent', 'Stolen');
    await rig.readAnew(account);
    // A code that points to fraud is told to nobody.
    expect(accountRow()).toMatchObject({
      Failed_Attempts__c: 0,
      Decline_Code__c: 'generic_decline',
      Decline_Reason__c: GENERIC,
    });
  });
});

describe('when Zuora tries again', () => {
  const rule = (body: object) => rig.client.call('PUT', `/v1/object/payment-method/${method().id}`, body);

  async function failing(own: object): Promise<void> {
    await rig.client.call('PUT', `/v1/accounts/${account}`, { autoPay: true });
    await rule({ UseDefaultRetryRule: false, ...own });
    await fail();
    await rig.readAnew(account);
  }

  test('is not before the window of the payment method has passed', async () => {
    await fail();
    await failing({ PaymentRetryWindow: 48, MaxConsecutivePaymentFailures: 5 });
    const failedAt = String(accountRow()['Last_Failure__c']);
    const opens = new Date(Date.parse(failedAt) + 48 * 3_600_000).toISOString();
    expect(failedAt.slice(0, 10)).toBe('2026-11-21');
    expect(accountRow()['No_Retry_Before__c']).toBe(opens);
    expect(dunningRow()).toMatchObject({
      Stage__c: 'Retrying',
      Next_Step__c: 'Zuora tries again by the rules of its payment runs; not before the time of the next step.',
      Next_Step_At__c: opens,
    });
  });

  test('is never once as many attempts failed in a row as the payment method allows', async () => {
    await fail();
    await failing({ PaymentRetryWindow: 48, MaxConsecutivePaymentFailures: 2 });
    expect(accountRow()).toMatchObject({ Failed_Attempts__c: 2, No_Retry_Before__c: null });
    expect(dunningRow()).toMatchObject({
      Stage__c: 'Attempts Ended',
      Next_Step__c:
        'Zuora does not try the payment method again: 2 attempts in a row failed. Ask the customer for another one.',
      Next_Step_At__c: null,
    });
  });

  test('is never while the payment method is closed', async () => {
    await fail();
    await rig.client.call('PUT', `/v1/accounts/${account}`, { autoPay: true });
    await rule({ PaymentMethodStatus: 'Closed' });
    await rig.readAnew(account);
    expect(dunningRow()).toMatchObject({
      Stage__c: 'Attempts Ended',
      Next_Step__c: 'Zuora does not try the payment method again. Ask the customer for another one.',
    });
  });

  test('is by its payment runs once the customer has another default method than the one that cannot be mended', async () => {
    await fail({ code: 'expired_card' });
    await rig.client.call('PUT', `/v1/accounts/${account}`, { autoPay: true });
    await rig.readAnew(account);
    expect(dunningRow()).toMatchObject({ Stage__c: 'Customer Action', Decline_Code__c: 'expired_card' });
    rig.clock.setOffset(rig.clock.offsetMs + 60_000);
    const { id } = await rig.client.post('/v1/payment-methods', { accountKey: account, ...testCard() });
    await rig.readAnew(account);
    // It is there, and nothing is charged to it yet.
    expect(dunningRow()['Stage__c']).toBe('Customer Action');
    await rig.client.call('PUT', `/v1/accounts/${account}`, { defaultPaymentMethodId: id });
    await rig.readAnew(account);
    expect(dunningRow()).toMatchObject({ Stage__c: 'Retrying', Decline_Code__c: 'expired_card' });
    expect(dunningRow()['Next_Step__c']).toContain('The customer has another payment method since 21 Nov 2026.');
  });

  test('is not told where the settings of the tenant rule', async () => {
    await fail();
    await rig.client.call('PUT', `/v1/accounts/${account}`, { autoPay: true });
    // What the payment method had of its own before counts no more.
    await rule({ UseDefaultRetryRule: true, PaymentRetryWindow: 48, MaxConsecutivePaymentFailures: 1 });
    await rig.readAnew(account);
    expect(accountRow()['No_Retry_Before__c']).toBeNull();
    expect(dunningRow()).toMatchObject({
      Stage__c: 'Retrying',
      Next_Step__c: 'Zuora tries again by the rules of its payment runs; it does not tell when.',
      Next_Step_At__c: null,
    });
  });
});
