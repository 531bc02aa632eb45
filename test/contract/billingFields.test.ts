import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fromZuoraSubscription } from '../../server/connectors/zuora/convertSubscription.ts';
import { zuoraLinks } from '../../server/connectors/zuora/links.ts';
import { subscriptionSchema } from '../../server/connectors/zuora/schema.ts';
import type { BillingFieldNames } from '../../server/workflows/ports/billingFields.ts';
import type { ReceivedEvent } from '../../server/workflows/ports/webhook.ts';
import type { Bench } from './bench.ts';
import { startStripeRig, type StripeRig } from './stripeRig.ts';
import { startZuoraRig, type ZuoraRig } from './zuoraRig.ts';

const ACCOUNT = '001000000000001AAA';

type Body = {
  kind: string;
  fields?: Record<string, string>;
  charges?: { name: string; fields?: Record<string, string> }[];
};

/** Fields that are kept of everything of a kind; of charges those of the subscriptions. */
function keptOf(bench: Bench, kind: string): (Record<string, string> | undefined)[] {
  const bodies = [...bench.mirror.records.values()].map(({ body }) => body as Body);
  if (kind === 'charge') return bodies.flatMap(({ charges = [] }) => charges.map(({ fields }) => fields));
  return bodies.filter((body) => body.kind === kind).map(({ fields }) => fields);
}

const KINDS = ['account', 'subscription', 'charge', 'invoice'] as const;
const everything = (bench: Bench) => KINDS.map((kind) => keptOf(bench, kind));

describe('metadata of Stripe', () => {
  const NAMES: BillingFieldNames = {
    account: ['metadata.region', 'custom.Region__c'],
    subscription: ['metadata.Cost center'],
    charge: ['metadata.sku'],
    invoice: ['metadata.po'],
  };
  let rig: StripeRig;
  beforeEach(async () => {
    rig = await startStripeRig(NAMES);
  });
  afterEach(() => rig.close());

  const drop = (yes: boolean) => (rig.sim.ctx.webhooks.switches = { ...rig.sim.ctx.webhooks.switches, drop: yes });

  async function make() {
    const customer = await rig.customer(ACCOUNT);
    await rig.stripe.customers.update(customer, { metadata: { region: ' EMEA ', secret: 'of nobody here' } });
    const product = await rig.stripe.products.create({ name: 'Growth' });
    const recurring = { interval: 'month' } as const;
    const price = await rig.stripe.prices.create({
      product: product.id,
      currency: 'usd',
      unit_amount: 4_900,
      recurring,
    });
    const subscription = await rig.stripe.subscriptions.create({
      customer,
      metadata: { 'Cost center': '4711', other: 'x' },
      items: [{ price: price.id, metadata: { sku: 'G-1' } }],
    });
    const [invoice] = (await rig.stripe.invoices.list({ customer })).data;
    await rig.stripe.invoices.update(invoice!.id!, { metadata: { po: 'PO 1' } });
    return { customer, subscription: subscription.id, item: subscription.items.data[0]!.id, invoice: invoice!.id! };
  }
  const FIRST = [
    [{ 'metadata.region': 'EMEA' }],
    [{ 'metadata.Cost center': '4711' }],
    [{ 'metadata.sku': 'G-1' }],
    [{ 'metadata.po': 'PO 1' }],
  ];

  test('is kept as far as a mapping names it, whether it was read or told by an event', async () => {
    const { customer, subscription, invoice } = await make();
    await rig.work();
    expect(everything(rig.bench)).toEqual(FIRST);
    rig.clock.setOffset(Date.parse('2026-11-21T10:00:00Z') - Date.now());
    await rig.stripe.customers.update(customer, { metadata: { region: 'APAC' } });
    await rig.stripe.subscriptions.update(subscription, { metadata: { 'Cost center': '' } });
    await rig.stripe.invoices.update(invoice, { metadata: { po: 'PO 2' } });
    await rig.work();
    expect(everything(rig.bench)).toEqual([
      [{ 'metadata.region': 'APAC' }],
      [{}],
      [{ 'metadata.sku': 'G-1' }],
      [{ 'metadata.po': 'PO 2' }],
    ]);
  });

  test('that no event told is found in the lists', async () => {
    const { customer, subscription, item, invoice } = await make();
    await rig.work();
    drop(true);
    await rig.stripe.customers.update(customer, { metadata: { region: 'APAC' } });
    await rig.stripe.subscriptionItems.update(item, { metadata: { sku: 'G-2' } });
    await rig.stripe.invoices.update(invoice, { metadata: { po: 'PO 2' } });
    await rig.sim.settled();
    drop(false);
    rig.clock.setOffset(Date.parse('2026-12-15T09:00:00Z') - Date.now());
    rig.passDay();
    const since = Math.floor(rig.clock.now().getTime() / 1000);
    const lists = { endedAt: 0, lookedThrough: null, run: null };
    const found: ReceivedEvent[] = [];
    await rig.connection.changes.sweep(JSON.stringify({ since, run: null, lists }), (events) =>
      Promise.resolve(void found.push(...events)),
    );
    expect(found.map(({ kind }) => kind)).toEqual(['listed.customer', 'listed.subscription', 'listed.invoice']);
    rig.bench.receive(found);
    await rig.bench.work();
    expect(everything(rig.bench)).toEqual([
      [{ 'metadata.region': 'APAC' }],
      [{ 'metadata.Cost center': '4711' }],
      [{ 'metadata.sku': 'G-2' }],
      [{ 'metadata.po': 'PO 2' }],
    ]);
    drop(true);
    rig.clock.setOffset(Date.parse('2026-12-15T10:00:00Z') - Date.now());
    await rig.stripe.subscriptions.update(subscription, { metadata: { 'Cost center': '4712' } });
    await rig.sim.settled();
    rig.clock.setOffset(Date.parse('2026-12-20T10:00:00Z') - Date.now());
    const later = { since: Math.floor(rig.clock.now().getTime() / 1000), run: null, lists };
    await rig.connection.changes.sweep(JSON.stringify(later), (events) => Promise.resolve(rig.bench.receive(events)));
    await rig.bench.work();
    expect(keptOf(rig.bench, 'subscription')).toEqual([{ 'metadata.Cost center': '4712' }]);
  });

  test('is nothing that is kept where no mapping names any', async () => {
    await rig.close();
    rig = await startStripeRig();
    await make();
    await rig.work();
    expect(everything(rig.bench)).toEqual(KINDS.map(() => [undefined]));
  });
});

describe('custom fields of Zuora', () => {
  const NAMES: BillingFieldNames = {
    account: ['custom.Region__c', 'metadata.region'],
    subscription: ['custom.Center__c'],
    charge: ['custom.Sku__c'],
    invoice: ['custom.PO__c'],
  };
  const customFields = {
    account: ['CRMAccountId__c', 'Region__c', 'Secret__c'],
    subscription: ['Center__c'],
    ratePlanCharge: ['Sku__c'],
    invoice: ['PO__c'],
  };
  let rig: ZuoraRig;
  beforeEach(async () => {
    rig = await startZuoraRig({ fields: NAMES, customFields });
  });
  afterEach(() => rig.close());

  const put = async (path: string, body: object) => {
    const { status, body: answer } = await rig.client.call('PUT', path, body);
    expect([status, answer.success], JSON.stringify(answer)).toEqual([200, true]);
  };

  async function make() {
    const account = await rig.zuora.account('Acme', 'USD', ACCOUNT);
    const plan = await rig.zuora.ratePlan('Platform', 'USD', [
      { name: 'Seats', kind: 'perUnit', price: '30', period: 'Month' },
    ]);
    const subscription = await rig.zuora.subscribe(account, plan, { start: '2026-11-01', months: 12, quantity: 3 });
    await rig.zuora.bill(account, '2026-11-01');
    return { account, subscription, invoice: rig.sim.tenant.data.invoices[0]!.invoiceNumber };
  }
  async function set({ account, subscription, invoice }: Awaited<ReturnType<typeof make>>, text: string) {
    await put(`/v1/accounts/${account}`, { Region__c: text, Secret__c: 'of nobody here' });
    const plan = rig.sim.tenant.subscription(subscription).ratePlans[0]!;
    await put(`/v1/subscriptions/${subscription}/customFields`, {
      customFields: { Center__c: ` ${text} ` },
      ratePlans: [
        { ratePlanId: plan.id, charges: [{ chargeNumber: plan.segments[0]!.number, customFields: { Sku__c: text } }] },
      ],
    });
    await put(`/v1/invoices/${invoice}`, { PO__c: text });
  }
  const showing = (text: string) => [
    [{ 'custom.Region__c': text }],
    [{ 'custom.Center__c': text }],
    [{ 'custom.Sku__c': text }],
    [{ 'custom.PO__c': text }],
  ];

  test('are kept as far as a mapping names them, and a change of them alone is found by the sweep', async () => {
    const made = await make();
    await set(made, 'first');
    await rig.readAnew(made.account);
    expect(everything(rig.bench)).toEqual(showing('first'));
    const since = rig.clock.now();
    rig.clock.setOffset(since.getTime() + 3_600_000 - Date.now());
    await set(made, 'second');
    rig.clock.setOffset(since.getTime() + 7_200_000 - Date.now());
    await rig.connection.changes.sweep(since.toISOString(), (events) => Promise.resolve(rig.bench.receive(events)));
    await rig.work();
    expect(everything(rig.bench)).toEqual(showing('second'));
  });

  test.each([
    ['on the charge alone', [{}, {}], ['whole', 'whole']],
    ['on a segment, which goes before', [{ Sku__c: 'first' }, {}], ['first', 'whole']],
    ['on a segment that has emptied it', [{ Sku__c: null }, {}], [undefined, 'whole']],
  ])('of a charge are those that stand %s', async (_what, segments, expected) => {
    const made = await make();
    await rig.readAnew(made.account);
    const id = rig.sim.tenant.account(made.account).id;
    const path = `/v1/subscriptions/accounts/${id}?charge-detail=all-segments`;
    const { body } = await rig.client.call('GET', path);
    const [subscription] = body['subscriptions'] as unknown as { ratePlans: { ratePlanCharges: object[] }[] }[];
    const [plan] = subscription!.ratePlans;
    const { Sku__c: _none, ...charge } = plan!.ratePlanCharges[0] as { Sku__c: unknown };
    const chargeSegments = segments.map((own, index) => ({ ...charge, ...own, segment: index + 1 }));
    const ratePlans = [{ ...plan, ratePlanCharges: [{ ...charge, Sku__c: 'whole', chargeSegments }] }];
    const answer = { ...subscription, ratePlans };
    const context = {
      connection: 'zuora',
      timeZone: 'UTC',
      accountIdField: 'X__c',
      links: zuoraLinks(),
      fields: NAMES,
    };
    const { charges } = fromZuoraSubscription(subscriptionSchema.parse(answer), 'USD', context);
    expect(charges.map(({ fields }) => fields?.['custom.Sku__c'])).toEqual(expected);
  });

  test('are nothing that is kept where no mapping names any', async () => {
    await rig.close();
    rig = await startZuoraRig({ customFields });
    const made = await make();
    await set(made, 'first');
    await rig.readAnew(made.account);
    expect(everything(rig.bench)).toEqual(KINDS.map(() => [undefined]));
  });
});
