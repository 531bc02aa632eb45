import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Order } from '../../server/domain/order/order.ts';
import { calendarDate } from '../../server/domain/time/calendarDate.ts';
import { isUnderWay } from '../../server/workflows/ports/orders.ts';
import { startZuoraRig, type ZuoraRig } from './zuoraRig.ts';
import { faultOf } from '../support/faultOf.ts';

/** Orders that Zuora works off after it has answered. */

let rig: ZuoraRig;
let account: { id: string; number: string };
let planId: string;
let count = 0;
beforeAll(async () => {
  rig = await startZuoraRig();
  account = await rig.client.account({ billCycleDay: 1 });
  ({ planId } = await rig.client.plan([
    { Name: 'Fee', ChargeModel: 'Flat Fee Pricing', tiers: [{ Currency: 'USD', Price: 10 }] },
  ]));
});
afterAll(() => rig.close());
afterEach(async () => {
  rig.sim.ctx.faults.set([]);
  await rig.client.post('/__sim/refusals', { refusals: [] });
  await rig.client.post('/__sim/options', { asyncJobMs: 0, asyncJobKeepMs: null });
});

const DEAL = '006WR00000AbCdEYAV';
const START = calendarDate('2026-12-01');

function orderOf(plans: number): Order {
  count += 1;
  return {
    number: `SF-${DEAL}-L${count}`,
    orderedOn: calendarDate('2026-11-21'),
    billingAccountKey: `zuora:account:${account.id}`,
    billingAccountNumber: account.number,
    currency: 'USD',
    dealId: DEAL,
    actions: [
      {
        type: 'CreateSubscription',
        subscriptionNumber: `SF-L${count}-${DEAL}`,
        startsOn: START,
        term: { type: 'Termed', months: 12 },
        autoRenew: true,
        renewalMonths: null,
        plans: Array.from({ length: plans }, (_, at) => ({ lineId: `line-${at}`, planId, charges: [] })),
      },
    ],
  };
}

const desk = () => rig.connection.orders;
const refuse = (path: string, code: number) =>
  rig.client.post('/__sim/refusals', { refusals: [{ method: 'JOB', path, times: 1, code }] });
const calls = (route: string): number => rig.sim.ctx.calls.counts.get(route) ?? 0;

/** Asks until it is done. */
async function done<T>(ask: () => Promise<T>): Promise<T> {
  const answer = await vi.waitUntil(
    () =>
      ask().then(
        (value) => ({ value }),
        (error: unknown) => {
          if (!isUnderWay(error)) throw error;
          return null;
        },
      ),
    { timeout: 20_000, interval: 20 },
  );
  return answer.value;
}

describe('which orders go as a job', () => {
  it.each([
    [50, false],
    [51, true],
  ])('one of %i plans: %s', async (plans, isJob) => {
    const order = orderOf(plans);
    expect(desk().deliveryOf(order).isJob).toBe(isJob);
    const before = [calls('POST /v1/orders'), calls('POST /v1/async/orders')] as const;
    const placed = await desk().place(order, order.number);
    expect(placed).toEqual({
      number: order.number,
      status: 'Completed',
      subscriptionNumbers: [order.actions[0]!.subscriptionNumber],
    });
    const after = [calls('POST /v1/orders'), calls('POST /v1/async/orders')] as const;
    expect([after[0] - before[0], after[1] - before[1]]).toEqual(isJob ? [0, 1] : [1, 0]);
  });
});

describe('an order that is worked off later', () => {
  it('is under way until it is done, and is then what it came to', async () => {
    await rig.client.post('/__sim/options', { asyncJobMs: 1500 });
    const order = orderOf(60);
    const fault = await faultOf(desk().place(order, order.number));
    expect([fault.code, fault.outcomeUnknown, fault.retryAfterMs]).toEqual(['order_under_way', true, 2000]);
    expect(await desk().find(order)).toBeNull();
    expect(await done(() => desk().follow(order, order.number))).toMatchObject({ number: order.number });
    expect(await desk().follow(order, order.number)).toBeNull();
    expect(await desk().find(order)).toMatchObject({ number: order.number });
  });

  it('that Zuora refuses says so in its words, and one that met a lock may be tried again', async () => {
    const order = orderOf(60);
    await refuse('^/v1/async/orders$', 58730030);
    expect(await faultOf(desk().place(order, `${order.number}-1`))).toMatchObject({
      code: 'order_refused',
      kind: 'invalid',
      outcomeUnknown: false,
    });
    await refuse('^/v1/async/orders$', 40000050);
    expect(await faultOf(desk().place(order, `${order.number}-2`))).toMatchObject({
      code: 'zuora_conflict',
      retryable: true,
      outcomeUnknown: false,
    });
    expect(await desk().place(order, `${order.number}-3`)).toMatchObject({ number: order.number });
  });

  it('is the one that was made before, where another job has made it', async () => {
    const order = orderOf(60);
    const placed = await desk().place(order, `${order.number}-1`);
    expect(await desk().place(order, `${order.number}-2`)).toEqual(placed);
  });

  it('is begun once however often it is sent with the same effect id', async () => {
    await rig.client.post('/__sim/options', { asyncJobMs: 1500 });
    const order = orderOf(60);
    rig.sim.ctx.faults.set([{ method: 'POST', path: '^/v1/async/orders$', times: 1, status: 504, after: true }]);
    expect(await faultOf(desk().place(order, order.number))).toMatchObject({ outcomeUnknown: true });
    expect(await desk().follow(order, order.number)).toBeNull();
    expect(await done(() => desk().place(order, order.number))).toMatchObject({ number: order.number });
    const { body } = await rig.client.get(`/object-query/orders?filter[]=ordernumber.EQ:${order.number}`);
    expect(body.data).toHaveLength(1);
  });

  it('is looked for by its number, where Zuora knows its job no more', async () => {
    const order = orderOf(60);
    await rig.client.post('/__sim/options', { asyncJobMs: 50 });
    await faultOf(desk().place(order, order.number));
    await vi.waitUntil(async () => (await desk().find(order)) !== null);
    await rig.client.post('/__sim/options', { asyncJobMs: 60_000, asyncJobKeepMs: 0 });
    expect(await desk().follow(order, order.number)).toMatchObject({ number: order.number });
    const other = orderOf(60);
    await faultOf(desk().place(other, other.number));
    rig.sim.ctx.faults.set([{ method: 'GET', path: '^/v1/async-jobs/', times: 1, status: 404, body: {} }]);
    expect(await faultOf(desk().follow(other, other.number))).toMatchObject({
      code: 'order_job_lost',
      retryable: true,
      outcomeUnknown: false,
    });
    expect(await desk().follow(other, other.number)).toBeNull();
  });

  it('leaves open what became of it, where it cannot be looked at', async () => {
    await rig.client.post('/__sim/options', { asyncJobMs: 60_000 });
    const order = orderOf(60);
    await faultOf(desk().place(order, order.number));
    rig.sim.ctx.faults.set([{ method: 'GET', path: '^/v1/async-jobs/', times: 1, status: 503 }]);
    expect(await faultOf(desk().follow(order, order.number))).toMatchObject({
      kind: 'unavailable',
      outcomeUnknown: true,
    });
  });
});

describe('a preview that is worked out later', () => {
  it('comes to what one at once does, of one job however often it is asked for', async () => {
    await rig.client.post('/__sim/options', { asyncJobMs: 1500 });
    const before = calls('POST /v1/async/orders/preview');
    const order = orderOf(60);
    expect(await faultOf(desk().preview(order))).toMatchObject({ code: 'order_under_way' });
    expect(await done(() => desk().preview(order))).toEqual({
      currency: 'USD',
      mrr: '600',
      mrrChange: '600',
      tcv: '7200',
      tcvChange: '7200',
      firstInvoice: { amount: '600', on: START },
    });
    expect(calls('POST /v1/async/orders/preview') - before).toBe(1);
    await rig.client.post('/__sim/options', { asyncJobMs: 60_000 });
    // What was worked out is not kept: it may come to something else by now.
    expect(await faultOf(desk().preview(order))).toMatchObject({ code: 'order_under_way' });
  });

  it('that is refused says so', async () => {
    await refuse('^/v1/async/orders/preview$', 58730030);
    expect(await faultOf(desk().preview(orderOf(60)))).toMatchObject({ code: 'order_refused' });
  });
});
