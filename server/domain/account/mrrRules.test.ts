import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as sample from '../../../test/support/billingObjects.ts';
import { explain } from '../metrics/explain.ts';
import { monthsOf, noteLevel, type MrrLevel } from '../metrics/movements.ts';
import { CHURN_RULES, DEFAULT_MRR_RULES, DISCOUNT_RULES, type MrrRules } from '../metrics/rules.ts';
import { money, sum, zero } from '../money/money.ts';
import type { Discount } from '../subscription/discount.ts';
import type { Subscription } from '../subscription/subscription.ts';
import type { SubscriptionChange } from '../timeline/change.ts';
import { addDays, calendarDate, type CalendarDate } from '../time/calendarDate.ts';
import { instant } from '../time/instant.ts';
import { deriveAccount } from './deriveAccount.ts';
import { factsOf, type BillingObject } from './facts.ts';
import { inheritedBy } from './inherited.ts';
import { NO_REPORTING } from './reporting.ts';

const TODAY = calendarDate('2026-11-21');
const EVERY_RULE = DISCOUNT_RULES.flatMap((discounts) => CHURN_RULES.map((churn): MrrRules => ({ discounts, churn })));

const derive = (objects: readonly BillingObject[], mrr: MrrRules, day = TODAY) =>
  deriveAccount('001', factsOf(objects), day, 'UTC', { ...NO_REPORTING, mrr });

const launch: Discount = {
  name: 'Launch',
  percentOff: '10',
  amountOff: null,
  duration: 'forever',
  startsOn: calendarDate('2026-02-01'),
  endsOn: null,
  appliesToProducts: null,
};
const welcome: Discount = {
  ...launch,
  name: 'Welcome',
  percentOff: '50',
  duration: 'once',
  startsOn: calendarDate('2026-11-01'),
};

const stripe = { connection: 'stripe', source: 'Stripe', billingAccountKey: 'stripe:account:cus_1' } as const;
const customer = (discounts: Discount[] = []) =>
  sample.billingAccount({ ...stripe, key: stripe.billingAccountKey, discounts });

function subscription(more: Partial<Subscription> = {}): Subscription {
  return sample.subscription({
    ...stripe,
    number: 'sub_1',
    key: 'stripe:subscription:sub_1',
    termType: 'Evergreen',
    termStartsOn: calendarDate('2026-11-01'),
    termEndsOn: calendarDate('2026-12-01'),
    startsOn: calendarDate('2026-02-01'),
    endsByDate: false,
    cancelBookedOn: null,
    ...more,
  });
}

const leaving = subscription({
  discounts: [launch],
  cancelOn: calendarDate('2026-12-01'),
  cancelBookedOn: calendarDate('2026-11-20'),
});

describe('an Account', () => {
  test('has MRR, ARR and charges by the rules, in everything that is told of it', () => {
    const view = derive([customer(), subscription({ discounts: [launch, welcome] })], {
      discounts: 'both',
      churn: 'end',
    });
    expect(view.balances).toMatchObject([{ mrr: money(45_000, 'USD'), arr: money(540_000, 'USD') }]);
    expect(view.subscriptions[0]!.charges.map(({ mrr }) => mrr)).toEqual([money(45_000, 'USD')]);
    expect(view.health.summary).toContain('USD 450.00 a month');
    expect(view.nextChangeOn).toBe('2026-12-01');
  });

  test('of Zuora is the same under every rule', () => {
    const ending = sample.subscription({ discounts: [launch, welcome], cancelOn: calendarDate('2026-12-01') });
    const views = EVERY_RULE.map((rules) => derive([sample.billingAccount(), ending], rules));
    for (const view of views) expect(view).toEqual(views[0]);
    expect(views[0]!.balances[0]!.mrr).toEqual(money(90_000, 'USD'));
  });

  test('that is leaving has lost its MRR where that is churn, and is told by what it pays until it ends', () => {
    const before = derive([customer(), leaving], DEFAULT_MRR_RULES);
    const after = derive([customer(), leaving], { ...DEFAULT_MRR_RULES, churn: 'cancellation' });
    expect([before.balances[0]!.mrr.minor, after.balances[0]!.mrr.minor]).toEqual([90_000, 0]);
    const lost = (view: typeof before) => view.health.reasons.filter((text) => text.includes('was lost'));
    expect(lost(before)).toEqual([]);
    expect(lost(after)).toEqual([expect.stringContaining('USD 900.00 of MRR was lost in the last 90 days.')]);
    for (const view of [before, after])
      expect(view.health.summary).toContain('is canceled from 1 Dec 2026 (USD 900.00 a month).');
    expect(after.subscriptions[0]!.pendingChange).toBe('Canceled from 1 Dec 2026');
  });

  test('is looked at again when a discount of the customer that is used once is used up', () => {
    const objects = [
      customer([{ ...welcome, startsOn: calendarDate('2026-11-10') }]),
      subscription({ termEndsOn: null }),
    ];
    expect(derive(objects, { ...DEFAULT_MRR_RULES, discounts: 'both' }).nextChangeOn).toBe('2026-12-10');
  });

  test('is told when the end of a discount of the customer raises MRR', () => {
    const ends = { ...launch, duration: 'repeating', endsOn: calendarDate('2026-12-24') } as const;
    const { pendingChange } = derive([customer([ends]), subscription()], DEFAULT_MRR_RULES).subscriptions[0]!;
    expect(pendingChange).toBe('MRR becomes USD 1,000.00 on 24 Dec 2026');
  });
});

describe('what a change did to MRR', () => {
  const change = (more: Partial<SubscriptionChange>): SubscriptionChange => ({
    ...stripe,
    kind: 'change',
    key: 'stripe:change:evt_1:items',
    subscriptionKey: 'stripe:subscription:sub_1',
    what: 'Quantity Changed',
    at: instant('2026-11-19T09:00:00Z'),
    effectiveOn: null,
    until: null,
    items: [],
    mrr: { before: money(40_000, 'USD'), after: money(100_000, 'USD') },
    cancels: false,
    reason: null,
    order: null,
    sourceUrl: 'https://example.com',
    ...more,
  });
  const stepBy = (rules: MrrRules, more: Partial<SubscriptionChange>) =>
    derive([customer(), subscription(), change(more)], rules).events.find(({ of }) => of.includes(':change:'))!.mrrStep;

  test('is not told of a subscription whose cancellation was churn already, nor where that is not known', () => {
    const { cancels: _unknown, ...before } = change({});
    const early: MrrRules = { discounts: 'recurring', churn: 'cancellation' };
    expect(stepBy(early, {})).toEqual(money(60_000, 'USD'));
    expect(stepBy(early, { cancels: true })).toBeNull();
    expect(derive([customer(), subscription(), before], early).events[0]!.mrrStep).toBeNull();
    expect(stepBy(DEFAULT_MRR_RULES, { cancels: true })).toEqual(money(60_000, 'USD'));
  });
});

describe('over any history, under every rule, and when the rules change within it,', () => {
  const anyDiscount = fc.constantFrom<Discount[]>([], [launch], [welcome], [launch, welcome]);
  const anyStep = fc.record({
    after: fc.integer({ min: 0, max: 45 }),
    rules: fc.constantFrom(...EVERY_RULE),
    state: fc.record({
      status: fc.constantFrom('Active' as const, 'Past Due' as const, 'Trialing' as const, 'Unpaid' as const),
      price: fc.integer({ min: 0, max: 100_000 }),
      other: fc.integer({ min: 0, max: 100_000 }),
      own: anyDiscount,
      ofItem: anyDiscount,
      ofCustomer: anyDiscount,
      cancels: fc.constantFrom('not', 'booked', 'ended'),
    }),
  });
  type State = Parameters<Parameters<typeof anyStep.map>[0]>[0]['state'];

  function objectsOn(day: CalendarDate, { status, price, other, own, ofItem, ofCustomer, cancels }: State) {
    const begun = (discounts: readonly Discount[]) =>
      discounts.map((discount) => ({ ...discount, startsOn: addDays(day, -20) }));
    const charges = [
      sample.charge({ number: 'si_1', price: `${price}.005`, months: 'calendar', discounts: begun(ofItem) }),
      sample.charge({ number: 'si_2', price: `${other}.333`, months: 'calendar' }),
    ];
    const end = {
      not: {},
      booked: { cancelOn: addDays(day, 10), cancelBookedOn: addDays(day, -1) },
      ended: { status: 'Canceled' as const, cancelOn: day, cancelBookedOn: addDays(day, -9) },
    }[cancels]!;
    return [customer(begun(ofCustomer)), subscription({ status, charges, discounts: begun(own), ...end })];
  }

  test('opening MRR and movements sum to closing MRR, and the parts to the whole', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { minLength: 1, maxLength: 25 }), fc.boolean(), (history, changing) => {
        for (const fixed of EVERY_RULE) {
          let levels: readonly MrrLevel[] = [];
          let day = TODAY;
          let last = zero('USD');
          for (const { after, rules: own, state } of history) {
            const rules = changing ? own : fixed;
            day = addDays(day, after);
            const objects = objectsOn(day, state);
            const { balances, subscriptions } = derive(objects, rules, day);
            const [{ subscription: one, mrr, charges }] = subscriptions as [(typeof subscriptions)[number]];
            last = balances[0]!.mrr;
            const parts = charges.map((charge) => charge.mrr);
            expect([sum(parts, 'USD'), mrr.amount]).toEqual([last, last]);
            expect(explain(one, day, inheritedBy(one, factsOf(objects), day, rules)).mrr).toEqual(last);
            levels = noteLevel(levels, last, day, [{ on: one.startsOn!, mrr: last }]);
          }
          const months = monthsOf(levels, day, Infinity);
          for (const { opening, newMrr, expansion, contraction, churn, reactivation, closing } of months)
            expect(sum([opening, newMrr, expansion, contraction, churn, reactivation], 'USD')).toEqual(closing);
          months.slice(1).forEach(({ opening }, index) => expect(opening.minor).toBe(months[index]!.closing.minor));
          expect(months.at(-1)?.closing.minor ?? 0).toBe(last.minor);
          if (changing) break;
        }
      }),
      { numRuns: 40 },
    );
  });
});
