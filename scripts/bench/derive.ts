import { billingAccount, charge, subscription } from '../../test/support/billingObjects.ts';
import { toOrgRows } from '../../server/connectors/salesforce/convert.ts';
import { deriveAccount } from '../../server/domain/account/deriveAccount.ts';
import { factsOf, type BillingFacts } from '../../server/domain/account/facts.ts';
import { addMonths, calendarDate, type CalendarDate } from '../../server/domain/time/calendarDate.ts';
import type { Charge } from '../../server/domain/subscription/charge.ts';
import type { Figure } from './figure.ts';

const CHARGES = 50;
const TURNS = 9;
const ROUNDS = 300;
const goalMs = 1;

const today = calendarDate('2026-11-21');

/** Flat, per unit, graduated and volume charges in rate plans of ten with a discount each. */
function mixed(index: number, startsOn: CalendarDate | null): Charge {
  const common = {
    number: `C-${index}`,
    name: `Charge ${index}`,
    ratePlanKey: `P-${Math.floor(index / 10)}`,
    quantity: '37',
  };
  const tiers = [10, 100, null].map((upTo, at) => ({
    upTo: upTo === null ? null : String(upTo),
    unitPrice: String(9.99 - at),
    flatAmount: '5',
  }));
  if (index % 10 === 9)
    return charge({
      ...common,
      model: 'discount',
      price: null,
      reduction: { percentOff: '7.5', amountOff: null, level: 'ratePlan', recurring: true },
    });
  const model = (['flat', 'perUnit', 'graduated', 'volume'] as const)[index % 4]!;
  const priced = model === 'graduated' || model === 'volume' ? { price: null, tiers } : { price: '123.45' };
  return charge({ ...common, model, ...priced, startsOn });
}

/** A ramp: every second charge begins with one of four years. */
const byYears = (index: number) => mixed(index, index % 2 === 0 ? null : addMonths(today, -12 * (index % 8)));
/** Every second charge begins on a day of its own. */
const byDays = (index: number) => mixed(index, index % 2 === 0 ? null : addMonths(today, -index));

/** @returns ms of CPU that one run takes, the median of turns of many runs */
function timeOf(run: () => void): number {
  const turns = Array.from({ length: TURNS + 1 }, () => {
    const before = process.cpuUsage();
    for (let round = 0; round < ROUNDS; round += 1) run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000 / ROUNDS;
  });
  // The first one is without the code that V8 makes when it has seen enough.
  return turns.slice(1).toSorted((a, b) => a - b)[Math.floor(TURNS / 2)]!;
}

/** What an Account with one large subscription costs to derive, and to bring into the form of rows. */
export function measureDerive(): Promise<Figure[]> {
  const facts = (count: number, chargeOf: (index: number) => Charge) => {
    const charges = Array.from({ length: count }, (_, index) => chargeOf(index));
    return factsOf([billingAccount(), subscription({ charges, startsOn: calendarDate('2020-01-01') })]);
  };
  const derive = (of: BillingFacts) => deriveAccount('001000000000001AAA', of, today, 'UTC');
  const ramp = facts(CHARGES, byYears);
  const view = derive(ramp);
  if (view.subscriptions[0]!.charges.length !== CHARGES || view.balances[0]!.mrr.minor <= 0)
    throw new Error('The charges are not what they are to be.');
  const ms = timeOf(() => derive(ramp));
  const beside = (other: BillingFacts) => timeOf(() => derive(other)) / ms;
  return Promise.resolve([
    {
      name: `derive: a subscription of ${CHARGES} charges`,
      value: ms,
      unit: 'ms',
      goal: `< ${goalMs}`,
      met: ms < goalMs,
    },
    { name: 'derive: one with a change on 25 days, beside it', value: beside(facts(CHARGES, byDays)), unit: '×' },
    { name: 'derive: one of one charge, beside it', value: beside(facts(1, byYears)), unit: '×' },
    { name: 'derive: rows of it', value: timeOf(() => toOrgRows(view)), unit: 'ms' },
  ]);
}
