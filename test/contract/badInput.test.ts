/**
 * What billing systems send and should not, and the test that says what comes of it. Each ends in a stored, readable reason
 * or a marked cut, never in a wrong number and never in a crash; a word that nobody knows raises a counter
 * (`server/domain/account/unknownWords.test.ts`).
 *
 * | input                                   | Stripe                                                | Zuora                                          |
 * | --------------------------------------- | ----------------------------------------------------- | ---------------------------------------------- |
 * | invoice in another currency             | here                                                  | here                                           |
 * | price in another currency               | here                                                  | none: a charge has one                         |
 * | missing price                           | here                                                  | here                                           |
 * | charge model, period that nobody knows  | here                                                  | here                                           |
 * | word that nobody knows                  | stripeUnknownWords, stripeDocuments, stripeReversals  | zuoraUnknownWords, zuoraDocuments              |
 * | invoice below zero                      | stripeDocuments                                       | here                                           |
 * | 11th item, line, refund; 41st row       | stripe, stripeDocuments, stripeReversals              | here                                           |
 * | null that the specification forbids     | here (every kind of event), schemaDrift               | schemaDrift                                    |
 * | payload of another version              | here (every kind of event)                            | none: nothing in a callout is trusted          |
 * | emoji, text that is too long            | scenarios/text, stripeDocuments                       | scenarios/text                                 |
 * | deleted parent                          | stripeDocuments, scenarios/goneAccount                | zuoraDocuments (memos), scenarios/goneAccount  |
 */
import type Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BillingSystem, BillingPart } from '../../server/workflows/ports/billingSystem.ts';
import { startStripeRig, type StripeRig } from './stripeRig.ts';
import { startZuoraRig, type ZuoraRig } from './zuoraRig.ts';

const ACCOUNT = '001000000000001AAA';

type Json = Record<string, unknown>;

/** Reads one part, of which the answer is made anew before. */
const readPart = (billing: BillingSystem, id: string, part: BillingPart) =>
  billing.fetch(id, [part]).then((fetched) => {
    if (!fetched.found) throw new Error('The customer is there.');
    return fetched.parts.flatMap(({ records }) => records.map(({ body }) => body as unknown as Json));
  });

describe('Stripe', () => {
  let rig: StripeRig;
  let customer: string;

  beforeEach(async () => {
    rig = await startStripeRig();
    customer = await rig.customer(ACCOUNT);
  });
  afterEach(() => rig.close());

  async function subscribed(more: Partial<Stripe.PriceCreateParams> = {}): Promise<string> {
    const { id: product } = await rig.stripe.products.create({ name: 'Growth' });
    const recurring = { interval: 'month' as const };
    const { id } = await rig.stripe.prices.create({ product, currency: 'usd', unit_amount: 5_000, recurring, ...more });
    const made = await rig.stripe.subscriptions.create({ customer, items: [{ price: id }] });
    await rig.work();
    return made.id;
  }

  /** Has Stripe answer with its own list of subscriptions, changed. */
  async function subscriptionsWith(change: (subscription: Json, item: Json, price: Json) => void): Promise<void> {
    const page = JSON.parse(
      JSON.stringify(await rig.stripe.subscriptions.list({ customer, expand: ['data.discounts'] })),
    ) as { data: { items: { data: Json[] } }[] };
    const [subscription] = page.data;
    const [item] = subscription!.items.data;
    change(subscription as unknown as Json, item!, item!['price'] as Json);
    rig.sim.ctx.faults.set([{ path: '^/v1/subscriptions$', status: 200, body: page as unknown as Json }]);
  }

  const row = (id: string) => rig.bench.row('Billing_Subscription__c', `stripe:subscription:${id}`);
  const readAnew = async () => {
    // Stripe tells time in whole seconds: what is read now is to be later than what was read before.
    rig.clock.setOffset(rig.clock.offsetMs + 2000);
    rig.passCaches();
    rig.bench.dirty.add(`stripe:account:${customer}`);
    await rig.work();
  };

  test('an invoice in another currency than the subscription is a balance of its own, added to none', async () => {
    const subscription = await subscribed();
    await rig.act('renew', { subscription });
    await rig.work();
    const page = JSON.parse(
      JSON.stringify(await rig.stripe.invoices.list({ customer, expand: ['data.payments'] })),
    ) as { data: Json[] };
    Object.assign(page.data[0]!, { currency: 'jpy', status: 'open', amount_remaining: 5_000, total: 5_000 });
    rig.sim.ctx.faults.set([{ path: '^/v1/invoices$', status: 200, body: page as unknown as Json }]);
    await readAnew();
    const balances = rig.bench
      .rowsOf('Billing_Balance__c', ACCOUNT)
      .map(({ fields }) => [fields['Currency_Code__c'], fields['MRR__c'], fields['Outstanding__c']]);
    expect(balances.toSorted()).toEqual([
      ['JPY', 0, 5_000],
      ['USD', 50, 0],
    ]);
  });

  test('a price that has another currency counts what it costs in the one of the subscription', async () => {
    const subscription = await subscribed({ currency_options: { eur: { unit_amount: 4_500 } } });
    await subscriptionsWith((one) => (one['currency'] = 'eur'));
    await readAnew();
    expect(row(subscription)).toMatchObject({ Currency_Code__c: 'EUR', MRR__c: 45 });
  });

  test('a price that does not cost anything in the currency of the subscription counts nothing, and says so', async () => {
    const subscription = await subscribed();
    await subscriptionsWith((one) => (one['currency'] = 'eur'));
    await readAnew();
    expect(row(subscription)).toMatchObject({
      Currency_Code__c: 'EUR',
      MRR__c: 0,
      MRR_Reason__c: 'Growth: its price cannot be told from the subscription, does not count.',
    });
  });

  test.each<[string, Json]>([
    ['custom', { billing_scheme: 'custom' }],
    ['tiered by_weight', { billing_scheme: 'tiered', tiers_mode: 'by_weight', tiers: [] }],
  ])('a way of pricing that nobody knows (%s) shows as it is and counts nothing', async (word, change) => {
    const subscription = await subscribed();
    await subscriptionsWith((_, __, price) => Object.assign(price, change));
    await readAnew();
    expect(row(subscription)).toMatchObject({ Status__c: 'Active', MRR__c: 0 });
    const [charge] = rig.bench.rowsOf('Billing_Charge__c', ACCOUNT);
    expect(charge?.fields).toMatchObject({ Model__c: word, MRR__c: 0 });
  });

  test.each<[string, (item: Json, price: Json) => void]>([
    ['price', (item) => (item['price'] = null)],
    ['currency of a price', (_, price) => (price['currency'] = null)],
  ])('an item without a %s is not guessed at: the reason is kept, and what was known stays', async (_, change) => {
    const subscription = await subscribed();
    await subscriptionsWith((__, item, price) => change(item, price));
    await expect(readPart(rig.connection.billing, customer, 'subscriptions')).rejects.toMatchObject({
      code: 'stripe_answer_unreadable',
      publicText: expect.stringContaining('shape that is not known here') as string,
    });
    expect(row(subscription)['MRR__c']).toBe(50);
  });

  describe('an event of a', () => {
    /** One event of each kind of object, told by Stripe. */
    async function eventOf(kind: string): Promise<Stripe.Event> {
      const subscription = await subscribed();
      const charge = (await rig.stripe.charges.list({ customer })).data[0]!;
      const [invoice] = (await rig.stripe.invoices.list({ customer })).data;
      await rig.stripe.creditNotes.create({ invoice: invoice!.id!, amount: 100, refund_amount: 100 });
      await rig.stripe.refunds.create({ charge: charge.id, amount: 100 });
      await rig.act('dispute', { charge: charge.id });
      await rig.stripe.subscriptionSchedules.create({ from_subscription: subscription });
      await rig.work();
      const { data } = await rig.stripe.events.list({ limit: 100 });
      return data.find((event) => (event.data.object as { object?: string }).object === kind)!;
    }

    const rows = () => rig.bench.rowsOfNow();
    const later = (event: Stripe.Event, more: Json): object => {
      const passed = 3_600;
      rig.clock.setOffset(rig.clock.now().getTime() + passed * 1000 - Date.now());
      return {
        ...(JSON.parse(JSON.stringify(event)) as Json),
        id: 'evt_bad',
        created: event.created + passed,
        ...more,
      };
    };
    /** Everything but what says which object it is. */
    const emptied = (event: Stripe.Event): Json =>
      Object.fromEntries(
        Object.entries(event.data.object as unknown as Json).map(([name, value]) => [
          name,
          ['id', 'object', 'customer', 'charge', 'invoice', 'payment_intent'].includes(name) ? value : null,
        ]),
      );

    test.each([
      'customer',
      'subscription',
      'subscription_schedule',
      'invoice',
      'invoice_payment',
      'credit_note',
      'charge',
      'refund',
      'dispute',
      'payment_method',
    ])('%s of another version of the API, or with nulls, is read anew, and nothing of it is written', async (kind) => {
      const event = await eventOf(kind);
      const before = rows();
      for (const more of [{ api_version: '2023-10-16' }, {}]) {
        rig.sim.ctx.calls.clear();
        rig.deliver(later(event, { ...more, data: { object: emptied(event) } }));
        await rig.work();
        expect(rig.sim.ctx.calls.total(), JSON.stringify(more)).toBeGreaterThan(0);
        expect(rows()).toEqual(before);
        rig.bench.inbox.clear();
      }
    });
  });
});

describe('Zuora', () => {
  let rig: ZuoraRig;
  let account: string;

  beforeEach(async () => {
    rig = await startZuoraRig();
    account = await rig.zuora.account('Acme', 'USD', ACCOUNT);
    const plan = await rig.zuora.ratePlan('Platform', 'USD', [
      { name: 'Seats', kind: 'perUnit', price: '10', period: 'Month' },
    ]);
    await rig.zuora.subscribe(account, plan, { start: '2026-11-01', months: 12, quantity: 5 });
    await rig.zuora.bill(account, '2026-11-21');
    await rig.work();
  });
  afterEach(() => rig.close());

  const id = () => rig.sim.tenant.account(account).id;

  /** Has Zuora answer with its own answer, changed. */
  async function answerWith(asked: string, path: string, change: (answer: Json) => void): Promise<void> {
    const { body } = await rig.client.get(asked);
    const answer = JSON.parse(JSON.stringify(body)) as Json;
    change(answer);
    rig.sim.ctx.faults.set([{ path, status: 200, body: answer }]);
  }

  /** Every charge and segment that it answers with. */
  function chargesIn(answer: Json): Json[] {
    const subscriptions = answer['subscriptions'] as { ratePlans: { ratePlanCharges: Json[] }[] }[];
    return subscriptions
      .flatMap(({ ratePlans }) => ratePlans.flatMap(({ ratePlanCharges }) => ratePlanCharges))
      .flatMap((charge) => [charge, ...((charge['chargeSegments'] as Json[] | undefined) ?? [])]);
  }
  const chargesWith = (more: Json) =>
    answerWith(
      `/v1/subscriptions/accounts/${id()}?charge-detail=all-segments`,
      '^/v1/subscriptions/accounts/',
      (answer) => chargesIn(answer).forEach((charge) => Object.assign(charge, more)),
    );
  const invoicesWith = (more: Json) =>
    answerWith(`/object-query/invoices?filter[]=accountid.EQ:${id()}`, '^/object-query/invoices$', (answer) => {
      for (const invoice of answer['data'] as Json[]) Object.assign(invoice, more);
    });

  const mrr = () => rig.bench.rowsOf('Billing_Subscription__c', ACCOUNT)[0]?.fields;

  test.each<[string, Json]>([
    ['Dynamic Pricing', { model: 'Dynamic Pricing' }],
    ['Milestone', { type: 'Milestone' }],
    ['Leap_Year', { billingPeriod: 'Leap_Year' }],
    ['Per_Moon', { listPriceBase: 'Per_Moon' }],
  ])('a way of pricing that nobody knows (%s) shows as it is and counts nothing', async (word, more) => {
    expect(mrr()).toMatchObject({ MRR__c: 50 });
    await chargesWith(more);
    await rig.readAnew(account);
    expect(mrr()).toMatchObject({ Status__c: 'Active', MRR__c: 0 });
    expect(String(mrr()?.['MRR_Reason__c'])).toContain(
      `cannot be told from the subscription: ${word} is not known here`,
    );
    expect(rig.bench.rowsOf('Billing_Charge__c', ACCOUNT)[0]?.fields).toMatchObject({ Model__c: word, MRR__c: 0 });
  });

  test('a charge without a price counts nothing, and says so', async () => {
    await chargesWith({ price: null, tiers: null });
    await rig.readAnew(account);
    expect(mrr()).toMatchObject({ MRR__c: 0 });
    expect(String(mrr()?.['MRR_Reason__c'])).toContain('its price cannot be told from the subscription');
  });

  test('an invoice in another currency than the subscription is a balance of its own, added to none', async () => {
    await invoicesWith({ currency: 'JPY', amount: 5000, balance: 5000 });
    await rig.readAnew(account);
    const balances = rig.bench
      .rowsOf('Billing_Balance__c', ACCOUNT)
      .map(({ fields }) => [fields['Currency_Code__c'], fields['MRR__c'], fields['Outstanding__c']]);
    expect(balances.toSorted()).toEqual([
      ['JPY', 0, 5000],
      ['USD', 50, 0],
    ]);
  });

  test('an invoice below zero keeps its amount and owes nothing', async () => {
    await invoicesWith({ amount: -20, balance: -20 });
    await rig.readAnew(account);
    expect(rig.bench.rowsOf('Billing_Invoice__c', ACCOUNT)[0]?.fields).toMatchObject({
      Amount__c: -20,
      Balance__c: 0,
    });
    expect(rig.bench.row('Account', ACCOUNT)['Billing_Outstanding__c']).toBe(0);
  });

  test('payments and refunds beyond the first page of forty are all there', async () => {
    const body = { accountNumber: account, amount: 1, currency: 'USD', type: 'External', paymentMethodType: 'Check' };
    for (let number = 0; number < 41; number += 1) {
      const made = await rig.client.post('/v1/payments', body);
      await rig.client.post(`/v1/payments/${String(made.id)}/refunds`, {
        totalAmount: 1,
        type: 'External',
        methodType: 'Check',
        reasonCode: 'Overpaid',
      });
    }
    await rig.readAnew(account);
    const payments = rig.bench.rowsOf('Billing_Payment__c', ACCOUNT).map(({ fields }) => fields);
    expect(payments).toHaveLength(41);
    expect(payments.filter((one) => one['Refund_Reason__c'] === 'Overpaid.')).toHaveLength(41);
  });
});
