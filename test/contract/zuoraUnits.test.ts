import { afterAll, beforeAll, expect, it } from 'vitest';
import { startZuoraRig, type ZuoraRig } from './zuoraRig.ts';

/** How finely quantities are counted in Zuora, which rounds what is finer without a word. */

let rig: ZuoraRig;
beforeAll(async () => {
  rig = await startZuoraRig();
});
afterAll(() => rig.close());

const seats = (UOM: string) => ({
  Name: 'Seats',
  ChargeModel: 'Per Unit Pricing',
  UOM,
  tiers: [{ Currency: 'USD', Price: 20 }],
});
const define = (UomName: string, more: object) =>
  rig.client.post('/v1/action/create', { type: 'UnitOfMeasure', objects: [{ UomName, ...more }] });

async function digitsOf(planId: string): Promise<unknown> {
  const plan = (await rig.connection.orders.plans([planId])).get(planId)!;
  return Object.fromEntries(plan.charges.map(({ name, quantityDigits }) => [name, quantityDigits]));
}
const asked = () => rig.sim.ctx.calls.counts.get('POST /v1/action/query') ?? 0;

it('a charge says to how many digits it is counted, which is read once', async () => {
  await define("Seat of 'one'", { DecimalPlaces: 0 });
  await define('Hour', { DecimalPlaces: 2 });
  const { planId } = await rig.client.plan([seats("Seat of 'one'"), { ...seats('Hour'), Name: 'Hours' }]);
  expect(await digitsOf(planId)).toEqual({ Seats: 0, Hours: 2 });
  const before = asked();
  expect(await digitsOf(planId)).toEqual({ Seats: 0, Hours: 2 });
  expect(asked()).toBe(before);
});

it('where Zuora does not tell, nobody knows, and the plan is sold all the same', async () => {
  const { planId } = await rig.client.plan([seats('Secret')]);
  const body = { reasons: [{ code: 59990010, message: 'No permission' }] };
  rig.sim.ctx.faults.set([{ path: '^/v1/action/query$', times: 1, status: 403, body }]);
  expect(await digitsOf(planId)).toEqual({ Seats: null });
  expect(rig.sim.ctx.faults.list()).toEqual([]);
});

it.each([
  ['Up', 5],
  ['Down', 4],
])('what is finer is rounded without a word: %s', async (RoundingMode, quantity) => {
  await define(`Pack ${RoundingMode}`, { DecimalPlaces: 0, RoundingMode });
  const { planId, charge } = await rig.client.plan([seats(`Pack ${RoundingMode}`)]);
  const pricing = { recurringPerUnit: { quantity: 4.6 } };
  const number = await rig.client.subscribe(await rig.client.account(), planId, '2026-12-01', {
    chargeOverrides: [{ productRatePlanChargeId: charge['Seats'], pricing }],
  });
  expect(await rig.client.subscription(number, 'all-segments')).toMatchObject({
    ratePlans: [{ ratePlanCharges: [{ quantity }] }],
  });
});
