import { describe, expect, it, test } from 'vitest';
import { buyer, deal, held, line, orderFacts, orderRules, seats } from '../../../test/support/orderFacts.ts';
import type { Subscription } from '../subscription/subscription.ts';
import { calendarDate } from '../time/calendarDate.ts';
import type { Deal, DealLine } from './deal.ts';
import type { OrderFacts } from './facts.ts';
import type { SubscriptionToChange } from './order.ts';
import { planOrder } from './planOrder.ts';
import { orderInWords } from './words.ts';

/** A deal that renews A-S1 and A-S2, of 60 seats each, whose term ends on the same day. */

const ON = calendarDate('2027-01-01');
const GROUP = { billingAccountKey: buyer.key, currency: 'USD' };

const member = (
  index: number,
  more: Partial<Subscription> = {},
  rest: Partial<SubscriptionToChange> = {},
): SubscriptionToChange =>
  held(
    {
      number: `A-S${index}`,
      charges: [{ ...seats, number: `C-${index}`, ratePlanKey: 'SRP-1' }],
      ...more,
    },
    rest,
  );
const ours = (index: number, more: Partial<DealLine> = {}): DealLine =>
  line({
    id: `00k00000000000${index}AAA`,
    quantity: '60',
    unitPrice: '240',
    chargeNumber: `C-${index}`,
    startsOn: ON,
    ofTerm: { months: 12, billingPrice: '240' },
    ...more,
  });

type More = { group?: SubscriptionToChange[]; lines?: DealLine[]; deal?: Partial<Deal>; facts?: Partial<OrderFacts> };
const facts = ({ group = [member(1), member(2)], lines = [ours(1), ours(2)], ...more }: More = {}): OrderFacts =>
  orderFacts({
    subscription: null,
    group,
    deal: deal({
      kind: 'Renew',
      subscriptionNumber: null,
      renewsOn: ON,
      group: GROUP,
      billingAccountKey: buyer.key,
      lines,
      terms: { ...deal().terms, startsOn: ON },
      ...more.deal,
    }),
    ...more.facts,
  });

function words(more: More = {}): string[] {
  const of = facts(more);
  const planned = planOrder(of);
  if ('faults' in planned) throw new Error(planned.faults.map(({ text }) => text).join('\n'));
  return [...orderInWords(planned.order, [...of.plans.values()]), ...planned.leftOut];
}
function faults(more: More = {}): string[] {
  const planned = planOrder(facts(more));
  return 'faults' in planned ? planned.faults.map(({ text }) => text) : [];
}

test('each is renewed by one order, and lines that nobody changed change nothing', () => {
  expect(words()).toEqual([
    'Change of subscription A-S1 of A00000001',
    '- From 2027-01-01 renew',
    'Change of subscription A-S2 of A00000001',
    '- From 2027-01-01 renew',
  ]);
});

test('a line changes the subscription whose charge it names; what the deal says of the term holds for each', () => {
  expect(
    words({
      lines: [ours(1), ours(2, { quantity: '70' })],
      deal: { terms: { ...deal().terms, startsOn: ON, months: 24 } },
    }),
  ).toEqual([
    'Change of subscription A-S1 of A00000001',
    '- Terms: renewals of 24 months',
    '- From 2027-01-01 renew',
    'Change of subscription A-S2 of A00000001',
    '- Terms: renewals of 24 months',
    '- From 2027-01-01 renew',
    '- From 2027-01-01 change Platform (Seats from 60 to 70)',
  ]);
});

describe('left out, and told', () => {
  it.each<[string, Partial<Subscription>, string]>([
    [
      'what billing has renewed',
      { termStartsOn: ON, termEndsOn: calendarDate('2028-01-01') },
      'billing has renewed it already, and its term began on 2027-01-01',
    ],
    ['what is canceled', { cancelOn: ON, endsByDate: true }, 'it is canceled from 2027-01-01 on'],
    ['what has no end by now', { termType: 'Evergreen', termEndsOn: null }, 'it has no end by now'],
    ['what has another term', { termEndsOn: calendarDate('2027-06-01') }, 'its term ends on 2027-06-01 by now'],
    ['what was moved', { billingAccountKey: 'zuora:account:other' }, 'it belongs to another billing account by now'],
  ])('is %s', (_what, more, why) => {
    expect(words({ group: [member(1, more), member(2)] })).toEqual([
      'Change of subscription A-S2 of A00000001',
      '- From 2027-01-01 renew',
      `- Not renewed is A-S1: ${why}`,
    ]);
  });

  it('is what people changed of it, too', () => {
    const group = [member(1, { cancelOn: ON }), member(2)];
    expect(words({ group, lines: [ours(1, { quantity: '70' }), ours(2)] }).at(-1)).toBe(
      '- Not renewed is A-S1: it is canceled from 2027-01-01 on; what the opportunity changes of it is not ordered (Platform): change it by an opportunity of its own',
    );
  });
});

test('a line of no charge is for the subscription that alone has its product', () => {
  const other = { planIds: { 'SRP-1': 'p9' } };
  const lines = [line({ quantity: '70', unitPrice: '0', startsOn: ON })];
  expect(words({ group: [member(1), member(2, {}, other)], lines: [{ ...lines[0]!, unitPrice: '20' }] })).toEqual([
    'Change of subscription A-S1 of A00000001',
    '- From 2027-01-01 renew',
    '- From 2027-01-01 change Platform (Seats from 60 to 70)',
    'Change of subscription A-S2 of A00000001',
    '- From 2027-01-01 renew',
  ]);
});

describe('told with the subscription it is about', () => {
  it.each<[string, More, RegExp]>([
    [
      'a line that may be for several',
      { lines: [line({ startsOn: ON })] },
      /^Platform: It may be meant for each of A-S1, A-S2\./,
    ],
    [
      'something new that may be for several',
      { lines: [line({ startsOn: ON, action: 'Add' })] },
      /^Platform: It may be meant for each of A-S1, A-S2\./,
    ],
    [
      'a charge of none of them',
      { lines: [ours(3)] },
      /^Platform: None of the subscriptions A-S1, A-S2 has a charge C-3\./,
    ],
    [
      'a quantity that the charge forbids',
      { lines: [ours(1), ours(2, { quantity: '0' })] },
      /^A-S2: Platform: .*quantity/i,
    ],
    [
      'one that waits',
      { group: [member(1, {}, { waitingOrders: ['O-7'] }), member(2)] },
      /^Subscription A-S1 has an order that is not carried out yet: O-7\./,
    ],
    ['one that ran out', { group: [member(1), member(2, { status: 'Expired' })] }, /^Subscription A-S2 has expired\./],
    [
      'what is billed apart',
      { group: [member(1), member(2, {}, { billedAccountNumber: 'A00000009' })] },
      /several accounts \(A-S1 to A00000001; A-S2 to A00000009\)/,
    ],
    ['another currency', { deal: { currency: 'EUR' } }, /^The opportunity is in EUR, the subscription A-S1 in USD\./],
    [
      'an account that cannot be billed',
      { facts: { billingAccounts: [{ ...buyer, status: 'Canceled' }] } },
      /^The billing account A00000001 is Canceled/,
    ],
    [
      'nothing that is left',
      { group: [member(1, { cancelOn: ON })] },
      /^Nothing is left to order\. Not renewed is A-S1: it is canceled from 2027-01-01 on\.$/,
    ],
    ['nothing at all', { group: [] }, /^The account has nothing in .* whose term ends on 2027-01-01\./],
    [
      'another system',
      { facts: { rules: { ...orderRules, connection: 'stripe' } } },
      /^It renews what zuora bills, but this deal is ordered in stripe\./,
    ],
  ])('is %s', (_what, more, why) => {
    expect(faults(more)[0]).toMatch(why);
  });
});
