import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStripeSim, type StripeSim } from '../../simulators/stripe/main.ts';
import { StripeHome } from './stripeHome.ts';

type Row = { id: string } & Record<string, unknown>;

let sim: StripeSim;
let person: StripeHome;
beforeAll(async () => {
  sim = await startStripeSim();
  person = await StripeHome.enter(sim);
});
afterAll(async () => {
  person?.remove();
  await sim.close();
});

/** What a command prints when it went well. */
async function said(...args: string[]): Promise<Row> {
  const { code, stderr, json } = await person.run(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return json as Row;
}
const typesOf = (mark: number): string[] =>
  sim.world
    .all('events')
    .slice(mark)
    .map((event) => event.type);

describe('somebody at the Stripe command line', () => {
  it('creates, reads, changes, lists and deletes a customer', async () => {
    const customer = await said('customers', 'create', '--name', 'Ünal & Söhne', '-d', 'metadata[crm]=001');
    expect(customer).toMatchObject({ object: 'customer', name: 'Ünal & Söhne', metadata: { crm: '001' } });
    expect(await said('get', customer.id)).toEqual(customer);
    expect(await said('post', `/v1/customers/${customer.id}`, '-d', 'email=pay@acme.example')).toMatchObject({
      email: 'pay@acme.example',
    });
    expect(await said('customers', 'list', '--limit', '1')).toMatchObject({ data: [{ id: customer.id }] });
    const deleted = await person.run('delete', `/v1/customers/${customer.id}`, '--confirm');
    expect(deleted.stdout).toContain('"deleted":true');
    expect(await said('customers', 'list')).toMatchObject({ data: [] });
  });

  it('starts a subscription, changes, expands, finds and cancels it', async () => {
    const [product, customer] = await Promise.all([
      said('products', 'create', '--name', 'Pro'),
      said('customers', 'create', '--email', 'pay@acme.example'),
    ]);
    const price = await said(
      ...['prices', 'create', '--product', product.id, '--currency', 'eur', '--unit-amount', '2000'],
      ...['-d', 'recurring[interval]=month'],
    );
    const subscription = await said(
      ...['subscriptions', 'create', '--customer', customer.id, '-d', `items[0][price]=${price.id}`],
      ...['--collection-method', 'send_invoice', '-d', 'days_until_due=10'],
    );
    expect(subscription).toMatchObject({ status: 'active', items: { data: [{ price: { unit_amount: 2_000 } }] } });
    expect(
      await said('subscriptions', 'update', subscription.id, '-d', 'metadata[crm]=001', '--expand', 'customer'),
    ).toMatchObject({ metadata: { crm: '001' }, customer: { id: customer.id } });
    const canceled = await person.run('subscriptions', 'cancel', subscription.id, '--confirm');
    expect(canceled.stdout).toContain('"status":"canceled"');
    expect(await said('subscriptions', 'list', '--customer', customer.id)).toMatchObject({ data: [] });
    expect(await said('subscriptions', 'list', '--status', 'all', '--customer', customer.id)).toMatchObject({
      data: [{ id: subscription.id }],
    });
    expect(await said('events', 'list', '--type', 'customer.subscription.deleted')).toMatchObject({
      data: [{ data: { object: { id: subscription.id } } }],
    });
  });

  it('makes a meter and a test clock, which advances', async () => {
    const meter = ['billing', 'meters', 'create', '--display-name', 'Calls', '--event-name', 'calls'];
    expect(await said(...meter, '-d', 'default_aggregation[formula]=sum')).toMatchObject({ status: 'active' });
    const clock = await said('test_helpers', 'test_clocks', 'create', '--frozen-time', '1900000000');
    expect(await said('test_helpers', 'test_clocks', 'advance', clock.id, '--frozen-time', '1900003600')).toMatchObject(
      { status: 'advancing' },
    );
  });

  it.each([
    'customer.subscription.created',
    'customer.subscription.deleted',
    'customer.subscription.paused',
    'customer.subscription.trial_will_end',
    'subscription_schedule.released',
    'invoice.paid',
    'invoice.payment_failed',
    'invoice.payment_action_required',
    'charge.dispute.created',
    'charge.refunded',
    'credit_note.created',
    'checkout.session.completed',
    'payment_intent.payment_failed',
  ])('triggers %s', async (type) => {
    const mark = sim.world.all('events').length;
    const { stdout, code } = await person.run('trigger', type);
    expect(stdout).toContain('Trigger succeeded!');
    expect(code).toBe(0);
    expect(typesOf(mark)).toContain(type);
  });

  it('fills the account from a file of fixtures', async () => {
    const fixtures = [
      { name: 'acme', path: '/v1/customers', method: 'post', params: { name: 'Of a file' } },
      {
        name: 'work',
        path: '/v1/invoiceitems',
        method: 'post',
        params: { customer: '${acme:id}', amount: 100, currency: 'usd' },
      },
    ];
    const path = person.file('fixtures.json', JSON.stringify({ _meta: { template_version: 0 }, fixtures }));
    expect(await person.run('fixtures', path)).toMatchObject({ code: 0, stderr: '' });
    const customer = sim.world.all('customers').find((one) => one.name === 'Of a file');
    expect(sim.world.all('invoiceItems')).toContainEqual(
      expect.objectContaining({ customer: customer?.id, amount: 100 }),
    );
  });

  it('is told what is wrong with a command', async () => {
    const errorOf = async (...args: string[]) => (await person.run(...args)).json;
    expect(await errorOf('get', 'cus_none')).toMatchObject({
      error: { code: 'resource_missing', message: "No such customer: 'cus_none'" },
    });
    expect(await errorOf('post', '/v1/customers', '-d', 'nme=Acme')).toMatchObject({
      error: { code: 'parameter_unknown', param: 'nme' },
    });
    expect(await errorOf('get', '/v1/nonsense')).toMatchObject({
      error: { message: expect.stringContaining('Unrecognized request URL (GET: /v1/nonsense)') as string },
    });
  });

  it('is told in a sentence that the account has no stream of events to listen to', async () => {
    const { code, stderr } = await person.run('listen');
    expect(code).toBe(1);
    expect(stderr).toContain('POST /v1/stripecli/sessions is not simulated.');
  });
});
