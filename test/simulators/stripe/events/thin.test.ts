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
  for (const one of rig.sim.world.all('eventDestinations')) await rig.stripe.v2.core.eventDestinations.del(one.id);
});
afterAll(() => rig.sim.close());

async function destination(types: string[], payload: 'thin' | 'snapshot' = 'thin') {
  const receiver = await startReceiver();
  closing.push(receiver.close);
  const made = await rig.stripe.v2.core.eventDestinations.create({
    name: 'Inbox',
    type: 'webhook_endpoint',
    event_payload: payload,
    enabled_events: types,
    webhook_endpoint: { url: receiver.url },
    include: ['webhook_endpoint.signing_secret', 'webhook_endpoint.url'],
  });
  return { made, received: receiver.received, url: receiver.url };
}

describe('a thin event', () => {
  it('arrives signed, names its object, and can be fetched with what changed', async () => {
    const { made, received } = await destination(['v1.customer.updated']);
    const customer = await rig.stripe.customers.create({ name: 'Before' });
    await rig.stripe.customers.update(customer.id, { name: 'After' });
    await rig.sim.settled();
    expect(received).toHaveLength(1);
    const { body, signature } = received[0]!;
    const notice = rig.stripe.parseEventNotification(body, signature, made.webhook_endpoint!.signing_secret!);
    expect(notice).toMatchObject({
      object: 'v2.core.event',
      type: 'v1.customer.updated',
      livemode: false,
      related_object: { id: customer.id, type: 'customer', url: `/v1/customers/${customer.id}` },
    });
    if (notice.type !== 'v1.customer.updated') throw new Error('another event');
    expect(await notice.fetchRelatedObject()).toMatchObject({ id: customer.id, name: 'After' });
    const event = await notice.fetchEvent();
    expect(event).toMatchObject({
      id: notice.id,
      changes: { before: { name: 'Before' }, after: { name: 'After' } },
      snapshot_event: rig.sim.world.all('events').at(-1)!.id,
    });
    expect(() => rig.stripe.webhooks.constructEvent(body, signature, made.webhook_endpoint!.signing_secret!)).toThrow();
  });

  it('names what changed of a subscription', async () => {
    const { received } = await destination(['*']);
    const [price, other] = [await rig.price(), await rig.price()];
    const customer = await rig.customer();
    const subscription = await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const [item] = subscription.items.data;
    await rig.stripe.subscriptions.update(subscription.id, {
      items: [{ id: item!.id, quantity: 3 }, { price: other.id }],
    });
    await rig.stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
    await rig.sim.settled();
    const types = received.map((one) => (JSON.parse(one.body) as { type: string }).type);
    for (const name of ['active', 'item_quantity_changed', 'item_added', 'cancel_at_changed'])
      expect(types).toContain(`v1.customer.subscription.${name}`);
    expect(types).not.toContain('v1.customer.subscription.item_removed');
  });

  it('of one second is told apart by its time, and is listed newest first in pages', async () => {
    const customer = await rig.stripe.customers.create({ name: 'one' });
    for (const name of ['two', 'three']) await rig.stripe.customers.update(customer.id, { name });
    const list = await rig.stripe.v2.core.events.list({ object_id: customer.id, limit: 2 });
    expect(list.data.map((one) => one.type)).toEqual(['v1.customer.updated', 'v1.customer.updated']);
    expect(list.next_page_url).toContain('/v2/core/events?');
    const all = await rig.stripe.v2.core.events
      .list({ object_id: customer.id, limit: 2 })
      .autoPagingToArray({ limit: 10 });
    const times = all.map((one) => one.created);
    expect(times).toHaveLength(3);
    expect(times).toEqual(times.toSorted().toReversed());
    expect(new Set(times).size).toBe(3);
    await expect(rig.stripe.v2.core.events.retrieve('evt_test_none')).rejects.toMatchObject({ statusCode: 404 });
  });
});

describe('an event destination', () => {
  it('shows its secret once, its address when asked, and can be switched off', async () => {
    const { made, received, url } = await destination(['v1.product.created']);
    expect(made.webhook_endpoint).toEqual({ signing_secret: expect.stringMatching(/^whsec_/) as string, url });
    const plain = await rig.stripe.v2.core.eventDestinations.retrieve(made.id);
    expect(plain).not.toHaveProperty('webhook_endpoint');
    const shown = await rig.stripe.v2.core.eventDestinations.retrieve(made.id, { include: ['webhook_endpoint.url'] });
    expect(shown.webhook_endpoint).toEqual({ url });
    expect(await rig.stripe.v2.core.eventDestinations.disable(made.id)).toMatchObject({
      status: 'disabled',
      status_details: { disabled: { reason: 'user' } },
    });
    await rig.stripe.products.create({ name: 'Unheard' });
    await rig.stripe.v2.core.eventDestinations.enable(made.id);
    const ping = await rig.stripe.v2.core.eventDestinations.ping(made.id);
    expect(ping).toMatchObject({ type: 'v2.core.event_destination.ping', related_object: { id: made.id } });
    await rig.sim.settled();
    expect(received.map((one) => (JSON.parse(one.body) as { id: string }).id)).toEqual([ping.id]);
    expect((await rig.stripe.v2.core.eventDestinations.list()).data.map((one) => one.id)).toEqual([made.id]);
  });

  it('can have snapshots instead', async () => {
    const { made, received } = await destination(['customer.created'], 'snapshot');
    const customer = await rig.stripe.customers.create({ name: 'Snap' });
    await rig.sim.settled();
    const { body, signature } = received[0]!;
    const event = rig.stripe.webhooks.constructEvent(body, signature, made.webhook_endpoint!.signing_secret!);
    expect(event).toMatchObject({ type: 'customer.created', data: { object: { id: customer.id } } });
  });

  it('of another kind or version is not simulated, and what is no address is refused', async () => {
    const create = (more: object) =>
      rig.stripe.v2.core.eventDestinations.create({
        name: 'Other',
        type: 'webhook_endpoint',
        event_payload: 'snapshot',
        enabled_events: ['*'],
        webhook_endpoint: { url: 'https://inbox.example/hook' },
        ...more,
      } as Stripe.V2.Core.EventDestinationCreateParams);
    await expect(create({ type: 'amazon_eventbridge' })).rejects.toMatchObject({ statusCode: 501 });
    await expect(create({ snapshot_api_version: '2020-08-27' })).rejects.toMatchObject({ statusCode: 501 });
    await expect(create({ webhook_endpoint: { url: 'inbox' } })).rejects.toMatchObject({ statusCode: 400 });
    await expect(create({ name: undefined })).rejects.toMatchObject({ statusCode: 400 });
    const broken = await fetch(`${rig.sim.url}/v2/core/event_destinations`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${rig.sim.secretKey}`, 'Content-Type': 'application/json' },
      body: '{"name":',
    });
    expect(broken.status).toBe(400);
  });
});

describe('a webhook endpoint', () => {
  const create = (more: Partial<Stripe.WebhookEndpointCreateParams>) =>
    rig.stripe.webhookEndpoints.create({ url: 'https://inbox.example/hook', enabled_events: ['*'], ...more });

  it('keeps its version, and says its secret only once', async () => {
    const endpoint = await create({ api_version: '2026-09-30.endive' as never, description: 'ours' });
    expect(endpoint).toMatchObject({ api_version: '2026-09-30.endive', status: 'enabled', description: 'ours' });
    expect(endpoint.secret).toMatch(/^whsec_/);
    const again = await rig.stripe.webhookEndpoints.retrieve(endpoint.id);
    expect(again).not.toHaveProperty('secret');
    const off = await rig.stripe.webhookEndpoints.update(endpoint.id, { disabled: true });
    expect(off.status).toBe('disabled');
    expect(await rig.stripe.webhookEndpoints.del(endpoint.id)).toMatchObject({ deleted: true });
  });

  it('of another version is not simulated; families of events, broken addresses and too many are refused', async () => {
    await expect(create({ api_version: '2020-08-27' as never })).rejects.toMatchObject({ statusCode: 501 });
    await expect(create({ enabled_events: ['customer.*'] as never })).rejects.toMatchObject({
      param: 'enabled_events[0]',
    });
    await expect(create({ url: 'inbox' })).rejects.toMatchObject({ code: 'url_invalid' });
    await rig.stripe.webhookEndpoints.list();
    const made = [];
    for (let index = 0; index < 16; index++) made.push(await create({ enabled_events: ['charge.expired'] }));
    await expect(create({})).rejects.toMatchObject({ statusCode: 400 });
    for (const one of made) await rig.stripe.webhookEndpoints.del(one.id);
  });

  it('that was switched off is not tried again', async () => {
    const receiver = await startReceiver(() => 500);
    closing.push(receiver.close);
    const endpoint = await create({ url: receiver.url, enabled_events: ['coupon.created'] });
    await rig.stripe.coupons.create({ percent_off: 5, duration: 'once' });
    await rig.stripe.webhookEndpoints.update(endpoint.id, { disabled: true });
    await rig.sim.settled();
    expect(receiver.received).toHaveLength(1);
    const [event] = (await rig.stripe.events.list({ delivery_success: false, type: 'coupon.created' })).data;
    expect(event?.pending_webhooks).toBe(1);
  });
});
