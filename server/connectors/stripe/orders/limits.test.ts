import { describe, expect, test } from 'vitest';
import { deal, held, line, onSale, orderFacts, planOnSale, PLAN, seats } from '../../../../test/support/orderFacts.ts';
import type { Deal } from '../../../domain/order/deal.ts';
import type { OrderFacts } from '../../../domain/order/facts.ts';
import type { Charge } from '../../../domain/subscription/charge.ts';
import { calendarDate } from '../../../domain/time/calendarDate.ts';
import { limitsOf } from './limits.ts';

const TODAY = '2026-11-22';
const terms = { startsOn: null, months: null, evergreen: false, autoRenew: null, renewalMonths: null };
const selling = (more: Partial<Deal> = {}, facts: Partial<OrderFacts> = {}): OrderFacts =>
  orderFacts({
    deal: deal({ subscriptionNumber: null, closesOn: calendarDate(TODAY), terms: { ...terms, months: 12 }, ...more }),
    subscription: null,
    ...facts,
  });
const codes = (facts: OrderFacts): string[] => limitsOf(facts).map(({ code }) => code);
const catalog = (more: Parameters<typeof onSale>[0]) => ({
  plans: new Map([[PLAN, planOnSale({ charges: [onSale(more)] })]]),
});
const year = { unit: 'year', count: 1 } as const;
const on = (day: string) => calendarDate(day);

describe('a new subscription', () => {
  test('that Stripe can make has no fault', () => {
    expect(codes(selling())).toEqual([]);
    expect(codes(selling({ terms: { ...terms, startsOn: on('2027-02-01'), months: 12, autoRenew: true } }))).toEqual(
      [],
    );
  });

  test.each<[string, OrderFacts]>([
    ['start_past', selling({ terms: { ...terms, months: 12, startsOn: on('2026-11-21') } })],
    ['renewal_term_unknown', selling({ terms: { ...terms, months: 12, renewalMonths: 12 } })],
    ['quantity_fraction', selling({ lines: [line({ quantity: '2.5' })] })],
    [
      'term_not_whole',
      selling({ terms: { ...terms, months: 18 } }, catalog({ billingInterval: year, priceInterval: year })),
    ],
    ['term_not_whole', selling({}, catalog({ billingInterval: { unit: 'week', count: 1 } }))],
    ['nothing_recurring', selling({}, catalog({ kind: 'oneTime' }))],
    ['product_twice', selling({ lines: [line(), line({ id: '00k000000000002AAA' })] })],
    [
      'price_per_pack',
      selling({ lines: [line({ unitPrice: '19' })] }, catalog({ transform: { divideBy: 10, round: 'up' } })),
    ],
    [
      'currency_not_own',
      selling({ currency: 'EUR', lines: [line({ unitPrice: '0' })] }, catalog({ model: 'graduated' })),
    ],
    ['price_unclear', selling({ lines: [line({ unitPrice: '9' })] }, catalog({ model: 'volume' }))],
    [
      'price_unclear',
      selling({ lines: [line({ unitPrice: '0', discountPercent: '10' })] }, catalog({ model: 'graduated' })),
    ],
    ['price_unclear', selling({ lines: [line({ quantity: '1', unitPrice: '9' })] }, catalog({ kind: 'usage' }))],
    ['too_many_products', selling({ lines: Array.from({ length: 21 }, () => line({ sellableKey: null })) })],
    ['step_not_whole', selling({ lines: [line({ endsOn: on('2027-05-10') }), line({ startsOn: on('2027-05-10') })] })],
  ])('is told %s', (code, facts) => {
    expect(codes(facts)).toContain(code);
  });

  test('is told everything at once', () => {
    const wrong = selling({
      terms: { ...terms, months: 12, startsOn: on('2026-11-01'), renewalMonths: 6 },
      lines: [line({ quantity: '1.5' })],
    });
    expect(codes(wrong)).toEqual(['start_past', 'renewal_term_unknown', 'quantity_fraction']);
  });

  test('may sell in packs at the price of the catalog, and one product in steps of whole months', () => {
    expect(codes(selling({}, catalog({ transform: { divideBy: 10, round: 'up' } })))).toEqual([]);
    const [first, then] = [line({ endsOn: on('2027-05-22') }), line({ startsOn: on('2027-05-22') })];
    expect(codes(selling({ lines: [first, then] }))).toEqual([]);
  });
});

describe('a change', () => {
  const changing = (more: Partial<Deal>, facts: Partial<OrderFacts> = {}): OrderFacts =>
    orderFacts({ deal: deal({ closesOn: calendarDate(TODAY), terms, ...more }), ...facts });

  const later = on('2026-12-15');
  const open = { charges: [{ ...seats, endsOn: null }], autoRenew: true };
  const endless = { termType: 'Evergreen', termEndsOn: calendarDate('2026-12-20'), ...open } as const;
  const scheduled = { autoRenew: false, scheduleId: 'sub_sched_1' } as const;
  const twice = (more: Partial<Charge>, then: Partial<Charge>) => ({
    subscription: held({
      ...scheduled,
      charges: [
        { ...seats, ...more },
        { ...seats, ...then },
      ],
    }),
  });

  test('of today, or of a day to come, has no fault', () => {
    expect(codes(changing({}))).toEqual([]);
    expect(codes(changing({ terms: { ...terms, startsOn: later } }))).toEqual([]);
    expect(codes(changing({ closesOn: later }))).toEqual([]);
    expect(codes(changing({ lines: [line({ startsOn: later, endsOn: on('2026-12-20') })] }))).toEqual([]);
  });

  test('of what a schedule ends has none: it is changed, ended before, and made longer', () => {
    const facts = { subscription: held(scheduled) };
    expect(codes(changing({}, facts))).toEqual([]);
    expect(codes(changing({ kind: 'Cancel', terms: { ...terms, startsOn: later } }, facts))).toEqual([]);
    expect(codes(changing({ kind: 'Renew', terms: { ...terms, months: 12 } }, facts))).toEqual([]);
    expect(codes(changing({ kind: 'Renew', terms: { ...terms, autoRenew: true } }, facts))).toEqual([]);
  });

  test('that ends it has none', () => {
    expect(codes(changing({ kind: 'Cancel' }, { subscription: held(endless) }))).toEqual([]);
  });

  test.each<[string, OrderFacts]>([
    ['start_past', changing({ terms: { ...terms, startsOn: on('2026-11-21') } })],
    ['start_past', changing({ lines: [line({ startsOn: on('2026-11-21') })] })],
    ['terms_not_changed', changing({ terms: { ...terms, months: 24 } })],
    ['terms_not_changed', changing({ terms: { ...terms, autoRenew: false } })],
    ['quantity_fraction', changing({ lines: [line({ quantity: '80.5' })] })],
    ['renews_by_itself', changing({ kind: 'Renew', terms: { ...terms, months: 12 } }, { subscription: held(endless) })],
    ['renewal_length_missing', changing({ kind: 'Renew' }, { subscription: held(scheduled) })],
    [
      'renewal_term_unknown',
      changing({ kind: 'Renew', terms: { ...terms, months: 12, renewalMonths: 6 } }, { subscription: held(scheduled) }),
    ],
    [
      'term_not_whole',
      changing(
        { kind: 'Renew', terms: { ...terms, months: 6 } },
        { subscription: held({ ...scheduled, charges: [{ ...seats, billingInterval: year }] }) },
      ),
    ],
    [
      'cancel_past',
      changing({ kind: 'Cancel', terms: { ...terms, startsOn: on(TODAY) } }, { subscription: held(endless) }),
    ],
    ['ends_by_schedule', changing({ kind: 'Cancel' }, { subscription: held(scheduled) })],
    [
      'ends_by_schedule',
      changing({ kind: 'Cancel', terms: { ...terms, startsOn: on('2027-01-01') } }, { subscription: held(scheduled) }),
    ],
    // Another price of it is to come, which is another item in Stripe.
    ['charge_changes_later', changing({}, twice({ endsOn: later }, { number: 'C-2', startsOn: later }))],
    [
      'charge_changes_later',
      changing({ lines: [line({ action: 'Remove' })] }, twice({ endsOn: later }, { startsOn: later })),
    ],
    [
      'charge_changes_later',
      changing(
        { lines: [line({ action: 'Add' })] },
        { subscription: held({ charges: [{ ...seats, startsOn: later }] }) },
      ),
    ],
  ])('is told %s', (code, facts) => {
    expect(codes(facts)).toEqual([code]);
  });

  test('that its schedule would undo is told once, by whoever tells it of every billing system', () => {
    expect(codes(changing({}, twice({ endsOn: later }, { startsOn: later, quantity: '90' })))).toEqual([]);
  });
});
