import Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startReceiver, startRig, type Rig } from '../testing.ts';

let rig: Rig;
const closing: (() => Promise<void>)[] = [];
beforeAll(async () => {
  rig = await startRig();
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(() => rig.sim.close());

async function receiver(status?: (attempt: number) => number) {
  const made = await startReceiver(status);
  closing.push(made.close);
  return made;
}

describe('webhooks', () => {
  it('are signed so that the official client accepts them', async () => {
    const { url, received } = await receiver();
    const endpoint = await rig.stripe.webhookEndpoints.create({
      url,
      enabled_events: ['customer.created'],
      api_version: '2026-10-28.endive',
    });
    expect(endpoint.secret).toMatch(/^whsec_/);
    const customer = await rig.stripe.customers.create({ name: 'Hook', metadata: { salesforce_account_id: '001x' } });
    await rig.stripe.customers.update(customer.id, { name: 'Not listened to' });
    await rig.sim.settled();
    expect(received).toHaveLength(1);
    const event = rig.stripe.webhooks.constructEvent(received[0]!.body, received[0]!.signature, endpoint.secret!);
    expect(event).toMatchObject({
      type: 'customer.created',
      api_version: '2026-10-28.endive',
      livemode: false,
      created: customer.created,
      data: { object: { id: customer.id, name: 'Hook', metadata: { salesforce_account_id: '001x' } } },
    });
    expect(event.request?.id).toBe(customer.lastResponse.requestId);
    expect(() => rig.stripe.webhooks.constructEvent(received[0]!.body, received[0]!.signature, 'whsec_other')).toThrow(
      Stripe.errors.StripeSignatureVerificationError,
    );
    await rig.stripe.webhookEndpoints.del(endpoint.id);
  });

  it('hold exact decimals as plain strings', async () => {
    const { url, received } = await receiver();
    const { id } = rig.sim.addWebhookEndpoint(url);
    await rig.price({ unit_amount: undefined as never, unit_amount_decimal: Stripe.Decimal.from('0.5') });
    await rig.sim.settled();
    const body = JSON.parse(received.at(-1)!.body) as { data: { object: Record<string, unknown> } };
    expect(body.data.object).toMatchObject({ unit_amount: null, unit_amount_decimal: '0.5' });
    await rig.stripe.webhookEndpoints.del(id);
  });

  it('are tried again until the answer is a 2xx, and are told apart in the list of events', async () => {
    const { url, received } = await receiver((attempt) => (attempt === 1 ? 500 : 204));
    const { id } = rig.sim.addWebhookEndpoint(url);
    const customer = await rig.stripe.customers.create({ name: 'Again' });
    const undelivered = async () =>
      (await rig.stripe.events.list({ delivery_success: false })).data.map((one) => one.id);
    const eventId = rig.sim.world.all('events').at(-1)!.id;
    expect(await undelivered()).toContain(eventId);
    await rig.sim.settled();
    expect(received.map((one) => (JSON.parse(one.body) as Stripe.Event).id)).toEqual([eventId, eventId]);
    expect(await undelivered()).not.toContain(eventId);
    expect(customer.id).toMatch(/^cus_/);
    await rig.stripe.webhookEndpoints.del(id);
  });
});

describe('events', () => {
  it('hold only what changed in previous_attributes', async () => {
    const customer = await rig.stripe.customers.create({ name: 'Before', metadata: { a: '1', b: '2' } });
    await rig.stripe.customers.update(customer.id, { name: 'After', metadata: { b: '3', c: '4' } });
    const [event] = (await rig.stripe.events.list({ type: 'customer.updated', limit: 1 })).data;
    expect(event?.data).toMatchObject({
      object: { id: customer.id, name: 'After', metadata: { a: '1', b: '3', c: '4' } },
    });
    expect(event?.data.previous_attributes).toEqual({ name: 'Before', metadata: { b: '2', c: null } });
    expect(await rig.stripe.events.retrieve(event!.id)).toMatchObject({ id: event!.id });
  });

  it('say nothing when an update changes nothing', async () => {
    const customer = await rig.stripe.customers.create({ name: 'Same' });
    const mark = rig.mark();
    await rig.stripe.customers.update(customer.id, { name: 'Same' });
    expect(rig.eventTypes(mark)).toEqual([]);
  });

  it('of one second stay in the order in which they happened', async () => {
    rig.at('2026-03-05T00:00:00Z');
    const customer = await rig.stripe.customers.create({ name: 'one' });
    for (const name of ['two', 'three']) await rig.stripe.customers.update(customer.id, { name });
    const events = (await rig.stripe.events.list({ types: ['customer.created', 'customer.updated'], limit: 3 })).data;
    const objects = events.map((event) => event.data.object as Stripe.Customer);
    expect(objects.map((one) => one.name)).toEqual(['three', 'two', 'one']);
    expect(new Set(events.map((event) => event.created))).toEqual(new Set([customer.created]));
  });

  it('are listed for 30 days', async () => {
    rig.at('2026-04-01T00:00:00Z');
    const customer = await rig.stripe.customers.create({ name: 'Old' });
    const eventId = rig.sim.world.all('events').at(-1)!.id;
    rig.at('2026-04-30T23:00:00Z');
    expect(await rig.stripe.events.retrieve(eventId)).toMatchObject({ data: { object: { id: customer.id } } });
    rig.at('2026-05-01T01:00:00Z');
    await expect(rig.stripe.events.retrieve(eventId)).rejects.toMatchObject({ statusCode: 404 });
  });
});
