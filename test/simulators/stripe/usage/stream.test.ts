import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientFor, startReceiver, startRig, type Rig } from '../testing.ts';

let rig: Rig;
let meter: Stripe.Billing.Meter;
let customer: string;
beforeAll(async () => {
  rig = await startRig();
  meter = await rig.stripe.billing.meters.create({
    display_name: 'API calls',
    event_name: 'api_calls',
    default_aggregation: { formula: 'sum' },
  });
  customer = (await rig.customer()).id;
});
afterAll(() => rig.sim.close());

const event = (value: string, more: object = {}) => ({
  event_name: 'api_calls',
  payload: { stripe_customer_id: customer, value },
  ...more,
});

const start = Date.parse('2026-03-01T00:00:00Z') / 1_000;

async function total(of = customer): Promise<number> {
  const found = await rig.stripe.billing.meters.listEventSummaries(meter.id, {
    customer: of,
    start_time: start,
    end_time: start + 5 * 86_400,
  });
  return found.data[0]?.aggregated_value ?? 0;
}

describe('the stream of meter events', () => {
  it('takes many at once with the token of a session, until it ends', async () => {
    const session = await rig.stripe.v2.billing.meterEventSession.create();
    const stream = clientFor(rig.sim, session.authentication_token).v2.billing.meterEventStream;
    await stream.create({ events: [event('40'), event('2')] });
    expect(await total()).toBe(42);
    await expect(rig.stripe.v2.billing.meterEventStream.create({ events: [event('1')] })).rejects.toMatchObject({
      statusCode: 401,
    });
    await expect(stream.create({ events: [] })).rejects.toMatchObject({ statusCode: 400 });
    rig.at('2026-03-01T12:15:01Z');
    await expect(stream.create({ events: [event('1')] })).rejects.toBeInstanceOf(
      Stripe.errors.TemporarySessionExpiredError,
    );
  });

  it('takes what cannot be counted, and reports it later as a thin event', async () => {
    const receiver = await startReceiver();
    const destination = await rig.stripe.v2.core.eventDestinations.create({
      name: 'Errors',
      type: 'webhook_endpoint',
      event_payload: 'thin',
      enabled_events: ['v1.billing.meter.error_report_triggered', 'v1.billing.meter.no_meter_found'],
      webhook_endpoint: { url: receiver.url },
      include: ['webhook_endpoint.signing_secret'],
    });
    const before = await total();
    const send = rig.stripe.v2.billing.meterEvents;
    await send.create(event('many', { identifier: 'bad-1' }));
    await send.create({ event_name: 'api_calls', payload: { stripe_customer_id: 'cus_none', value: '1' } });
    await send.create({ event_name: 'nothing', payload: { stripe_customer_id: customer, value: '1' } });
    expect(await total()).toBe(before);
    rig.at('2026-03-01T12:20:00Z');
    await rig.sim.settled();
    const secret = destination.webhook_endpoint!.signing_secret!;
    const notices = receiver.received.map((one) => rig.stripe.parseEventNotification(one.body, one.signature, secret));
    const report = notices.find((one) => one.type === 'v1.billing.meter.error_report_triggered');
    if (report?.type !== 'v1.billing.meter.error_report_triggered') throw new Error('no report');
    expect(report.related_object).toMatchObject({ id: meter.id, url: `/v1/billing/meters/${meter.id}` });
    const { data } = await report.fetchEvent();
    expect(data.developer_message_summary).toBe('There are 2 invalid events');
    expect(data.reason.error_types).toMatchObject([
      { code: 'meter_event_invalid_value', error_count: 1, sample_errors: [{ request: { identifier: 'bad-1' } }] },
      { code: 'meter_event_customer_not_found', error_count: 1 },
    ]);
    expect(notices.map((one) => one.type)).toContain('v1.billing.meter.no_meter_found');
    await receiver.close();
  });
});

describe('a meter event', () => {
  it('can be taken back for a day', async () => {
    const before = await total();
    await rig.stripe.billing.meterEvents.create(event('7', { identifier: 'oops' }));
    const cancel = { event_name: 'api_calls', type: 'cancel', cancel: { identifier: 'oops' } } as const;
    expect(await rig.stripe.billing.meterEventAdjustments.create(cancel)).toMatchObject({ status: 'complete' });
    expect(await total()).toBe(before);
    await expect(rig.stripe.billing.meterEventAdjustments.create(cancel)).rejects.toMatchObject({ statusCode: 400 });
    await rig.stripe.billing.meterEvents.create(event('7', { identifier: 'late' }));
    rig.at('2026-03-02T12:30:00Z');
    await expect(
      rig.stripe.v2.billing.meterEventAdjustments.create({ ...cancel, cancel: { identifier: 'late' } }),
    ).rejects.toMatchObject({ statusCode: 400 });
  });

  it('for a meter that is archived or at a time that is far away is refused', async () => {
    const old = await rig.stripe.billing.meters.create({
      display_name: 'Old',
      event_name: 'old',
      default_aggregation: { formula: 'count' },
    });
    await rig.stripe.billing.meters.deactivate(old.id);
    await expect(
      rig.stripe.billing.meterEvents.create({ event_name: 'old', payload: { stripe_customer_id: customer } }),
    ).rejects.toMatchObject({ code: 'archived_meter' });
    await rig.stripe.billing.meters.reactivate(old.id);
    const now = rig.clock.seconds();
    for (const [timestamp, code] of [
      [now + 301, 'timestamp_in_future'],
      [now - 36 * 86_400, 'timestamp_too_far_in_past'],
    ] as const)
      await expect(rig.stripe.billing.meterEvents.create(event('1', { timestamp }))).rejects.toMatchObject({ code });
  });
});

describe('a billing alert', () => {
  it('tells once that a customer has reached its threshold', async () => {
    const [one, other] = [(await rig.customer()).id, (await rig.customer()).id];
    const alert = await rig.stripe.billing.alerts.create({
      alert_type: 'usage_threshold',
      title: 'Near the limit',
      usage_threshold: {
        gte: 100,
        meter: meter.id,
        recurrence: 'one_time',
        filters: [{ type: 'customer', customer: one }],
      },
    });
    const mark = rig.mark();
    const use = (of: string, value: string) =>
      rig.stripe.billing.meterEvents.create({ event_name: 'api_calls', payload: { stripe_customer_id: of, value } });
    await use(one, '99');
    await use(other, '500');
    expect(rig.eventTypes(mark)).toEqual([]);
    await use(one, '2');
    await use(one, '2');
    expect(rig.eventTypes(mark)).toEqual(['billing.alert.triggered']);
    const [told] = (await rig.stripe.events.list({ type: 'billing.alert.triggered' })).data;
    expect(told?.data.object).toMatchObject({
      object: 'billing.alert_triggered',
      customer: one,
      value: 101,
      alert: { id: alert.id },
    });
    expect(await rig.stripe.billing.alerts.deactivate(alert.id)).toMatchObject({ status: 'inactive' });
    expect(await rig.stripe.billing.alerts.archive(alert.id)).toMatchObject({ status: 'archived' });
    await expect(rig.stripe.billing.alerts.activate(alert.id)).rejects.toMatchObject({ statusCode: 400 });
    expect((await rig.stripe.billing.alerts.list({ meter: meter.id })).data).toHaveLength(1);
  });
});
