import { describe, expect, it, test } from 'vitest';
import { deal, faultsOf, held, line, orderedOf, orderFacts, seats } from '../../../test/support/orderFacts.ts';
import type { Charge } from '../subscription/charge.ts';
import { calendarDate } from '../time/calendarDate.ts';
import type { DealLine } from './deal.ts';
import { planOrder } from './planOrder.ts';
import { orderInWords } from './words.ts';

/** Lines that the product made for what goes on: 60 seats at 20 a month, for a year 240. */

const ours = (more: Partial<DealLine> = {}): DealLine =>
  line({
    quantity: '60',
    unitPrice: '240',
    chargeNumber: 'C-1',
    ofTerm: { months: 12, billingPrice: '240' },
    ...more,
  });
const renewing = (more: Partial<DealLine> = {}, charges: readonly Charge[] = [seats]) =>
  orderFacts({
    subscription: held({ charges }),
    deal: deal({ kind: 'Renew', lines: [ours(more)], terms: { ...deal().terms, startsOn: null } }),
  });
const words = (...of: Parameters<typeof renewing>): string[] => {
  const facts = renewing(...of);
  return orderInWords(orderedOf(facts), [...facts.plans.values()]).slice(1);
};
const changes = (...of: Parameters<typeof renewing>): string[] =>
  words(...of).filter((one) => one.includes(' change '));

describe('a line that nobody changed', () => {
  it.each<[string, Partial<Charge>, Partial<DealLine>]>([
    ['of a plain price', {}, {}],
    ['whose months were rounded', { price: '19.9999' }, {}],
    ['that billing takes something off', { price: '25' }, {}],
    ['of tiers', { model: 'volume', price: null, tiers: [] }, {}],
    ['of weeks', { priceInterval: { unit: 'week', count: 1 } }, {}],
  ])('%s changes nothing', (_what, charge, more) => {
    expect(changes(more, [{ ...seats, ...charge }])).toEqual([]);
  });

  it('is no reason to refuse a charge that changes later', () => {
    const { termEndsOn } = held().subscription;
    const later = { ...seats, segment: 2, startsOn: calendarDate('2030-01-01'), quantity: '90' };
    expect(termEndsOn! < later.startsOn).toBe(true);
    expect(changes({}, [{ ...seats, endsOn: later.startsOn }, later])).toEqual([]);
    const facts = renewing({ quantity: '61' }, [{ ...seats, endsOn: later.startsOn }, later]);
    expect(faultsOf(facts)).toEqual(['charge_changes_later']);
  });
});

describe('a line that people changed', () => {
  test.each<[string, Partial<DealLine>, Partial<Charge>, string]>([
    ['in quantity', { quantity: '70' }, {}, 'Seats from 60 to 70'],
    ['in quantity, of tiers', { quantity: '70' }, { model: 'volume', price: null }, 'Seats from 60 to 70'],
    ['in price', { unitPrice: '216' }, {}, 'Seats from USD 20 to USD 18 a month'],
    ['by a discount', { discountPercent: '10' }, {}, 'Seats from USD 20 to USD 18 a month'],
    ['to what is free', { unitPrice: '0' }, {}, 'Seats from USD 20 to USD 0 a month'],
    ['to no whole price of a month', { unitPrice: '100' }, {}, 'Seats from USD 20 to USD 8.333333333 a month'],
    [
      'of a quarter',
      { unitPrice: '300', ofTerm: { months: 12, billingPrice: '80' } },
      { priceInterval: { unit: 'month', count: 3 } },
      'Seats from USD 20 to USD 75 for 3 months',
    ],
    [
      'of two years',
      { unitPrice: '30', ofTerm: { months: 24, billingPrice: '40' } },
      { priceInterval: { unit: 'year', count: 1 } },
      'Seats from USD 20 to USD 15 a year',
    ],
  ])('%s is the price of a billing period', (_what, more, charge, change) => {
    expect(changes(more, [{ ...seats, ...charge }])).toEqual([expect.stringContaining(`(${change})`)]);
  });

  test.each<[string, Partial<Charge>, string]>([
    ['of tiers that come to nothing', { model: 'volume', price: null }, 'It costs nothing by the tiers of billing'],
    ['that billing takes something off', { price: '25' }, 'It has discounts in billing'],
    ['of weeks', { priceInterval: { unit: 'week', count: 1 } }, 'It is billed by a period that is no number of months'],
  ])('in price, %s, is refused with the price to put back', (_what, charge, why) => {
    const planned = planOrder(renewing({ unitPrice: '200' }, [{ ...seats, ...charge }]));
    const text = expect.stringMatching(
      new RegExp(`${why}.*Set the sales price to 240 and take the discount off`),
    ) as string;
    expect(planned).toMatchObject({ faults: [{ code: 'price_unclear', text }] });
  });
});
