import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startRig, type Rig } from '../testing.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.sim.close());

const seconds = (instant: string) => Date.parse(instant) / 1000;
const clocks = () => rig.stripe.testHelpers.testClocks;
const newClock = (instant = '2030-01-01T00:00:00Z') =>
  clocks().create({ frozen_time: seconds(instant), name: 'A year ahead' });

async function subscribe(clock: string) {
  const customer = await rig.customer('pm_card_visa', { test_clock: clock });
  const price = await rig.price();
  const subscription = await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  return { customer, subscription };
}

describe('a test clock', () => {
  it('is made, found, listed and deleted with all that follows it', async () => {
    const clock = await newClock();
    expect(clock).toMatchObject({
      object: 'test_helpers.test_clock',
      status: 'ready',
      status_details: {},
      frozen_time: seconds('2030-01-01T00:00:00Z'),
      name: 'A year ahead',
    });
    expect(clock.deletes_after).toBe(clock.created + 30 * 86_400);
    expect((await clocks().list()).data).toEqual([clock]);
    const { customer, subscription } = await subscribe(clock.id);
    const mark = rig.mark();
    expect(await clocks().del(clock.id)).toMatchObject({ id: clock.id, deleted: true });
    expect(rig.eventTypes(mark)).toEqual(['test_helpers.test_clock.deleted']);
    await expect(clocks().retrieve(clock.id)).rejects.toMatchObject({ statusCode: 404 });
    expect(await rig.stripe.customers.retrieve(customer.id)).toMatchObject({ deleted: true });
    await expect(rig.stripe.subscriptions.retrieve(subscription.id)).rejects.toMatchObject({ statusCode: 404 });
  });

  it('gives its time to whatever is made for its customers, while events keep the time of the account', async () => {
    const clock = await newClock();
    const { customer, subscription } = await subscribe(clock.id);
    expect(customer).toMatchObject({ test_clock: clock.id, created: clock.frozen_time });
    expect(subscription).toMatchObject({ test_clock: clock.id, created: clock.frozen_time, status: 'active' });
    const invoice = await rig.stripe.invoices.retrieve(subscription.latest_invoice as string);
    expect(invoice).toMatchObject({ test_clock: clock.id, created: clock.frozen_time, status: 'paid' });
    const item = await rig.stripe.invoiceItems.create({ customer: customer.id, amount: 5, currency: 'usd' });
    expect(item).toMatchObject({ test_clock: clock.id, date: clock.frozen_time });
    const { data: events } = await rig.stripe.events.list({ type: 'customer.subscription.created' });
    expect(events[0]!.created).toBe(rig.clock.seconds());
    const free = await rig.customer();
    expect(free).toMatchObject({ test_clock: null, created: rig.clock.seconds() });
  });

  it('is not advanced by the time of the account, and does not move it', async () => {
    const clock = await newClock();
    const { subscription } = await subscribe(clock.id);
    const mark = rig.mark();
    rig.at('2031-06-01T00:00:00Z');
    await rig.sim.settled();
    expect(rig.eventTypes(mark)).toEqual([]);
    await rig.advance(clock.id, '2030-02-01T02:00:00Z');
    expect(rig.eventTypes(mark)).toEqual(expect.arrayContaining(['invoice.paid', 'customer.subscription.updated']));
    const invoices = await rig.stripe.invoices.list({ subscription: subscription.id });
    expect(invoices.data.map((one) => [one.status, one.created])).toEqual([
      ['paid', seconds('2030-02-01T00:00:00Z')],
      ['paid', seconds('2030-01-01T00:00:00Z')],
    ]);
  });

  it('advances in the background, tells when it is ready, and lets nothing be changed until then', async () => {
    await rig.sim.close();
    rig = await startRig({ advanceMs: 600_000 });
    const clock = await newClock();
    const { customer } = await subscribe(clock.id);
    const mark = rig.mark();
    const target = seconds('2030-01-15T00:00:00Z');
    const advancing = await clocks().advance(clock.id, { frozen_time: target });
    expect(advancing).toMatchObject({
      status: 'advancing',
      status_details: { advancing: { target_frozen_time: target } },
    });
    await expect(rig.stripe.customers.update(customer.id, { name: 'Too early' })).rejects.toMatchObject({
      statusCode: 400,
      message: expect.stringContaining('advancement underway') as string,
    });
    await rig.sim.settled();
    expect(await clocks().retrieve(clock.id)).toMatchObject({
      status: 'ready',
      frozen_time: target,
      status_details: {},
    });
    expect(rig.eventTypes(mark)).toEqual(['test_helpers.test_clock.advancing', 'test_helpers.test_clock.ready']);
  });

  it('that was advancing when the account stopped is ready when it starts again', async () => {
    await rig.sim.close();
    const folder = mkdtempSync(join(tmpdir(), 'stripe-clock-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const stateFile = join(folder, 'state.json');
    rig = await startRig({ advanceMs: 600_000, stateFile });
    const clock = await newClock();
    await clocks().advance(clock.id, { frozen_time: clock.frozen_time + 60 });
    await rig.sim.close();
    rig = await startRig({ stateFile });
    expect(await clocks().retrieve(clock.id)).toMatchObject({ status: 'ready', frozen_time: clock.frozen_time + 60 });
  });

  it('goes forward only, at most two intervals of its shortest subscription at once', async () => {
    const clock = await newClock();
    await expect(clocks().advance(clock.id, { frozen_time: clock.frozen_time })).rejects.toMatchObject({
      statusCode: 400,
      param: 'frozen_time',
    });
    await expect(clocks().advance(clock.id, { frozen_time: seconds('2032-01-01T00:00:01Z') })).rejects.toMatchObject({
      statusCode: 400,
    });
    await subscribe(clock.id);
    await expect(clocks().advance(clock.id, { frozen_time: seconds('2030-03-01T00:00:01Z') })).rejects.toMatchObject({
      statusCode: 400,
    });
    await rig.advance(clock.id, '2030-03-01T00:00:00Z');
    expect((await clocks().retrieve(clock.id)).frozen_time).toBe(seconds('2030-03-01T00:00:00Z'));
  });

  it('takes three customers with three subscriptions each', async () => {
    const clock = await newClock();
    const { customer } = await subscribe(clock.id);
    const price = await rig.price();
    const another = { customer: customer.id, items: [{ price: price.id }] };
    await rig.stripe.subscriptions.create(another);
    await rig.stripe.subscriptions.create(another);
    await expect(rig.stripe.subscriptions.create(another)).rejects.toMatchObject({ statusCode: 400 });
    await rig.stripe.customers.create({ test_clock: clock.id });
    await rig.stripe.customers.create({ test_clock: clock.id });
    await expect(rig.stripe.customers.create({ test_clock: clock.id })).rejects.toMatchObject({ statusCode: 400 });
    await expect(rig.stripe.customers.create({ test_clock: 'clock_none' })).rejects.toMatchObject({
      code: 'resource_missing',
    });
  });

  it('hides its customers and subscriptions from lists that do not name it', async () => {
    const clock = await newClock();
    const { customer, subscription } = await subscribe(clock.id);
    expect((await rig.stripe.customers.list()).data).toEqual([]);
    expect((await rig.stripe.customers.list({ test_clock: clock.id })).data).toMatchObject([{ id: customer.id }]);
    expect((await rig.stripe.subscriptions.list()).data).toEqual([]);
    for (const filter of [{ test_clock: clock.id }, { customer: customer.id }])
      expect((await rig.stripe.subscriptions.list(filter)).data).toMatchObject([{ id: subscription.id }]);
  });
});

describe('a helper under /__sim/act', () => {
  it('works at the time of the test clock of its customer', async () => {
    const clock = await newClock();
    const { customer, subscription } = await subscribe(clock.id);
    await rig.advance(clock.id, '2030-01-10T00:00:00Z');
    const { body } = await rig.act('renew', { subscription: subscription.id });
    expect(body['invoice']).toMatchObject({ created: seconds('2030-01-10T00:00:00Z'), status: 'paid' });
    expect(body['subscription']).toMatchObject({ customer: customer.id });
  });
});
