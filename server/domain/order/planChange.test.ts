import { describe, expect, it, test } from 'vitest';
import {
  buyer,
  deal,
  faultsOf,
  held,
  line,
  onSale,
  orderedOf,
  orderFacts,
  orderRules,
  PLAN,
  planOnSale,
  seats,
} from '../../../test/support/orderFacts.ts';
import { calendarDate as day } from '../time/calendarDate.ts';
import type { Deal, DealLine } from './deal.ts';
import type { OrderFacts } from './facts.ts';
import type { OrderAction } from './order.ts';
import { planOrder } from './planOrder.ts';
import { orderInWords } from './words.ts';

const P2 = 'zuora:productrateplan:p2';
const support = {
  ...seats,
  number: 'C-2',
  name: 'Support: Fee',
  plan: 'Support',
  ratePlanKey: 'SRP-2',
  model: 'flat' as const,
  quantity: null,
  price: '500',
};
const both = held({ charges: [seats, support] });
const plans = new Map([
  [PLAN, planOnSale()],
  [P2, planOnSale({ key: P2, id: 'p2', name: 'Support', charges: [onSale({ id: 'c2', name: 'Fee', model: 'flat' })] })],
]);
const supportLine = (more: Partial<DealLine> = {}) =>
  line({ product: 'Support', sellableKey: P2, quantity: '1', unitPrice: '500', ...more });

const withLines = (...lines: Partial<DealLine>[]) => ({
  deal: deal({ lines: lines.map((more, index) => line({ id: `00k00000000000${index}AAA`, ...more })) }),
});
const terms = (more: Partial<Deal['terms']>, rest: Partial<Deal> = {}) => ({
  deal: deal({ ...rest, terms: { ...deal().terms, ...more } }),
});
const renewal = (more: Partial<Deal['terms']> = {}, lines: DealLine[] = []) =>
  terms({ startsOn: null, ...more }, { kind: 'Renew', lines });
const cancellation = (startsOn: string | null, rest: Partial<Deal> = {}) =>
  terms({ startsOn: startsOn === null ? null : day(startsOn) }, { kind: 'Cancel', lines: [], ...rest });

const actions = (more: Partial<OrderFacts>): OrderAction[] =>
  orderedOf(orderFacts(more)).actions.map(({ subscriptionNumber: _, ...action }) => action as OrderAction);
const words = (more: Partial<OrderFacts>): string[] => {
  const facts = orderFacts(more);
  return orderInWords(orderedOf(facts), [...facts.plans.values()]);
};

describe('a deal that names a subscription changes it', () => {
  it('under the number of the deal, for who gets its invoices', () => {
    const subscription = held({}, { billedAccountNumber: 'A00000009' });
    expect(orderedOf(orderFacts({ subscription }))).toMatchObject({
      number: 'SF-006000000000001AAA',
      orderedOn: '2026-11-22',
      billingAccountKey: 'zuora:account:a1',
      billingAccountNumber: 'A00000009',
      actions: [{ subscriptionNumber: 'A-S1' }],
      dealId: '006000000000001AAA',
    });
  });

  it('names it by its key as well', () => {
    expect(actions({ deal: deal({ subscriptionNumber: 'zuora:subscription:A-S1' }) })).toHaveLength(1);
  });

  it('says all of the change in words', () => {
    const more = { subscription: both, plans, ...withLines({ unitPrice: '19.5' }, supportLine({ action: 'Remove' })) };
    expect(words(more)).toEqual([
      'Change of subscription A-S1 of A00000001',
      '- From 2026-12-01 remove Support',
      '- From 2026-12-01 change Platform (Seats from 60 to 80, from USD 20 to USD 19.5 a month)',
    ]);
  });

  test.each<[string, Partial<OrderFacts>, string[]]>([
    ['a quantity alone', withLines({}), ['- From 2026-12-01 change Platform (Seats from 60 to 80)']],
    ['fewer', withLines({ quantity: '40' }), ['- From 2026-12-01 change Platform (Seats from 60 to 40)']],
    [
      'a price alone',
      withLines({ quantity: '60', unitPrice: '25', discountPercent: '10' }),
      ['- From 2026-12-01 change Platform (Seats from USD 20 to USD 22.5 a month)'],
    ],
    [
      'the charge that it names',
      { subscription: both, ...withLines({ chargeNumber: 'C-1' }) },
      ['- From 2026-12-01 change Platform (Seats from 60 to 80)'],
    ],
    [
      'on a day of its own',
      withLines({ startsOn: day('2026-12-15') }),
      ['- From 2026-12-15 change Platform (Seats from 60 to 80)'],
    ],
    [
      'step by step',
      withLines(
        { quantity: '70', endsOn: day('2026-12-15') },
        { quantity: '80', unitPrice: '18', startsOn: day('2026-12-15') },
      ),
      [
        '- From 2026-12-01 change Platform (Seats from 60 to 70)',
        '- From 2026-12-15 change Platform (Seats from 70 to 80, from USD 20 to USD 18 a month)',
      ],
    ],
    [
      'what it does not have is added',
      { plans, ...withLines(supportLine()) },
      ['- From 2026-12-01 add Support (Fee: at USD 500 a month)'],
    ],
    [
      'more of what it has is added where that is said',
      withLines({ action: 'Add', quantity: '5' }),
      ['- From 2026-12-01 add Platform (Seats: 5 at USD 20 a month)'],
    ],
    [
      'something for some days',
      { plans, ...withLines(supportLine({ startsOn: day('2026-12-05'), endsOn: day('2026-12-20') })) },
      ['- From 2026-12-05 add Support (Fee: at USD 500 a month) until 2026-12-20'],
    ],
    [
      'another plan in place of the only one',
      { plans, ...withLines(supportLine({ action: 'Change Plan' })) },
      ['- From 2026-12-01 replace Platform by Support (Fee: at USD 500 a month)'],
    ],
    [
      'another plan in place of the one whose charge is named',
      { subscription: both, plans, ...withLines({ action: 'Change Plan', chargeNumber: 'C-2', quantity: '5' }) },
      ['- From 2026-12-01 replace Support by Platform (Seats: 5 at USD 20 a month)'],
    ],
    [
      'its terms',
      terms({ months: 24, autoRenew: false, renewalMonths: 6 }, { lines: [] }),
      ['- Terms: for 24 months, does not renew by itself, renewals of 6 months'],
    ],
    ['an end taken away', terms({ evergreen: true }, { lines: [] }), ['- Terms: without an end']],
    [
      'terms that are the same stay',
      terms({ months: 12, autoRenew: true }),
      ['- From 2026-12-01 change Platform (Seats from 60 to 80)'],
    ],
    ['a renewal at the end of the term', { deal: renewal().deal }, ['- From 2027-01-01 renew']],
    [
      'a renewal with other terms, more seats and less of something else',
      {
        subscription: both,
        plans,
        deal: renewal({ months: 24, renewalMonths: 12, autoRenew: false }, [line(), supportLine({ action: 'Remove' })])
          .deal,
      },
      [
        '- Terms: does not renew by itself, renewals of 24 months',
        '- From 2027-01-01 renew',
        '- Terms: renewals of 12 months',
        '- From 2027-01-01 remove Support',
        '- From 2027-01-01 change Platform (Seats from 60 to 80)',
      ],
    ],
    ['a cancellation at the end of the term', cancellation(null), ['- Cancel at the end of its term, 2027-01-01']],
    ['a cancellation on a day', cancellation('2026-12-15'), ['- Cancel from 2026-12-15 on']],
    [
      'a cancellation at the end of what is billed',
      { ...cancellation(null), rules: { ...orderRules, defaults: { ...orderRules.defaults, cancel: 'billed end' } } },
      ['- Cancel at the end of what is billed'],
    ],
    [
      'a cancellation with the products that are lost',
      cancellation('2026-12-15', { lines: [line({ quantity: '-60' })] }),
      ['- Cancel from 2026-12-15 on'],
    ],
  ])('%s', (_, more, expected) => {
    expect(words(more).slice(1)).toEqual(expected);
  });

  it('sends of a charge what changes, and nothing else', () => {
    expect(actions(withLines({ unitPrice: '20.00' }))).toEqual([
      {
        type: 'UpdateProduct',
        startsOn: '2026-12-01',
        of: { number: 'SRP-1', name: 'Platform' },
        charges: [
          {
            charge: 'C-1',
            kind: 'recurring',
            model: 'perUnit',
            quantity: '80',
            price: null,
            name: 'Seats',
            priceInterval: { unit: 'month', count: 1 },
            was: { quantity: '60', price: '20' },
          },
        ],
      },
    ]);
  });

  it('keeps billing’s price of a plan with several charges where the sales price is 0', () => {
    const setup = {
      ...seats,
      number: 'C-9',
      name: 'Platform: Setup',
      kind: 'oneTime' as const,
      endsOn: day('2026-01-01'),
    };
    const [update] = actions({ subscription: held({ charges: [seats, setup] }), ...withLines({ unitPrice: '0' }) });
    expect(update).toMatchObject({ charges: [{ charge: 'C-1', quantity: '80', price: null }] });
  });

  it('makes free what is sold for nothing and has one charge', () => {
    expect(actions(withLines({ quantity: '60', unitPrice: '0' }))[0]).toMatchObject({
      charges: [{ quantity: null, price: '0' }],
    });
  });

  it('changes what was moved to another price with the day from which that holds', () => {
    const now = { ...seats, endsOn: day('2026-06-01') };
    const later = { ...seats, segment: 2, quantity: '65', startsOn: day('2026-06-01') };
    expect(actions({ subscription: held({ charges: [now, later] }), ...withLines({}) })[0]).toMatchObject({
      charges: [{ was: { quantity: '65', price: '20' } }],
    });
  });

  it('sends fields of the deal and of its lines where settings name them', () => {
    const customFields = {
      order: { PO__c: 'PO_Number__c', Empty__c: 'Nothing__c' },
      subscription: { Region__c: 'Region__c' },
      ratePlan: { Team__c: 'Team__c' },
      charge: { CostCentre__c: 'Cost_Centre__c' },
    };
    const fields = { Team__c: 'Sales', Cost_Centre__c: 4711 };
    const more = {
      rules: { ...orderRules, customFields },
      plans,
      deal: deal({
        fields: { PO_Number__c: 'PO-7', Region__c: 'EMEA', Nothing__c: null },
        lines: [line({ fields }), supportLine({ fields }), line({ action: 'Add', fields })],
      }),
    };
    const order = orderedOf(orderFacts(more));
    expect(order.customFields).toEqual({ order: { PO__c: 'PO-7' }, subscription: { Region__c: 'EMEA' } });
    const sent = { customFields: { Team__c: 'Sales' } };
    const charges = [{ customFields: { CostCentre__c: 4711 } }];
    expect(order.actions).toMatchObject([
      { type: 'UpdateProduct', ...sent, charges },
      { type: 'AddProduct', plan: { ...sent, charges } },
      { type: 'AddProduct', plan: { ...sent, charges } },
    ]);
  });
});

describe('what keeps a change from being ordered', () => {
  const suspended = { status: 'Suspended' as const, from: day('2026-10-01'), to: null };
  const usage = { ...seats, number: 'C-3', name: 'Calls', kind: 'usage' as const, quantity: null };
  const later = [
    { ...seats, endsOn: day('2026-12-15') },
    { ...seats, segment: 2, quantity: '90', startsOn: day('2026-12-15') },
  ];

  test.each<[string, Partial<OrderFacts>, string[]]>([
    [
      'nobody said what is to change',
      { deal: deal({ kind: 'Amend', subscriptionNumber: null }) },
      ['subscription_missing'],
    ],
    ['a renewal of nothing', { deal: deal({ kind: 'Renew', subscriptionNumber: null }) }, ['subscription_missing']],
    ['a subscription that is not there', { subscription: null }, ['subscription_foreign']],
    [
      'a subscription of another account',
      { subscription: held({ billingAccountKey: 'zuora:account:a7' }) },
      ['subscription_foreign'],
    ],
    ['no account at all', { billingAccounts: [] }, ['subscription_foreign']],
    [
      'another billing account than that of the subscription',
      { deal: deal({ billingAccountKey: 'zuora:account:a2' }) },
      ['billing_account_differs'],
    ],
    ['another currency', { subscription: held({ currency: 'EUR' }) }, ['currency_differs']],
    ['an account on hold', { billingAccounts: [{ ...buyer, status: 'Canceled' }] }, ['billing_account_inactive']],
    ['a canceled one', { subscription: held({ status: 'Canceled' }) }, ['subscription_canceled']],
    ['one that will be canceled', { subscription: held({ cancelOn: day('2026-12-31') }) }, ['subscription_canceled']],
    [
      'a cancellation of a canceled one',
      { ...cancellation('2026-12-15'), subscription: held({ status: 'Canceled', cancelOn: day('2026-06-01') }) },
      ['subscription_canceled'],
    ],
    ['an expired one', { subscription: held({ status: 'Expired' }) }, ['subscription_expired']],
    [
      'one whose term is over and does not renew',
      { subscription: held({ autoRenew: false, termEndsOn: day('2026-11-01') }) },
      ['subscription_expired'],
    ],
    ['a suspended one', { subscription: held({ statusHistory: [suspended] }) }, ['subscription_suspended']],
    ['one that waits for its activation', { subscription: held({ status: 'Pending' }) }, ['subscription_not_begun']],
    ['a state that nobody knows', { subscription: held({ status: 'Frozen' }) }, ['subscription_unknown']],
    ['an order that waits', { subscription: held({}, { waitingOrders: ['O-1'] }) }, ['subscription_waits']],
    ['a day before it begins', terms({ startsOn: day('2025-12-31') }), ['date_outside_subscription']],
    ['a day after its term', terms({ startsOn: day('2027-01-01') }), ['date_outside_subscription']],
    ['a line after its term', withLines({ startsOn: day('2027-02-01') }), ['line_outside_term']],
    ['a line before it begins', withLines({ startsOn: day('2025-02-01') }), ['line_outside_term']],
    [
      'an end before its start',
      withLines({ startsOn: day('2026-12-10'), endsOn: day('2026-12-05') }),
      ['line_dates_reversed'],
    ],
    ['nothing that changes', withLines({ quantity: '60' }), ['nothing_to_change']],
    ['no lines and no terms', { deal: deal({ lines: [] }) }, ['nothing_to_change']],
    ['a charge that is not there', withLines({ chargeNumber: 'C-99' }), ['charge_not_found']],
    [
      'a charge of another product',
      { subscription: both, ...withLines({ chargeNumber: 'C-2' }) },
      ['charge_of_other_product'],
    ],
    [
      'a charge that has ended',
      {
        subscription: held({ charges: [{ ...seats, endsOn: day('2026-10-01') }, support] }),
        ...withLines({ chargeNumber: 'C-1' }),
      },
      ['charge_ended'],
    ],
    [
      'a charge that has not begun',
      {
        subscription: held({ charges: [{ ...seats, startsOn: day('2026-12-15') }] }),
        ...withLines({ chargeNumber: 'C-1' }),
      },
      ['charge_not_begun'],
    ],
    ['a change that a booked one would undo', { subscription: held({ charges: later }) }, ['charge_changes_later']],
    [
      'a product that it does not have',
      { plans, ...withLines(supportLine({ action: 'Update' })) },
      ['product_not_held'],
    ],
    [
      'a product that it has twice',
      {
        subscription: held(
          { charges: [seats, { ...seats, number: 'C-8', ratePlanKey: 'SRP-8' }] },
          { planIds: { 'SRP-1': 'p1', 'SRP-8': 'p1' } },
        ),
      },
      ['plan_unclear'],
    ],
    [
      'two charges of which either could be meant',
      { subscription: held({ charges: [seats, { ...seats, number: 'C-5', name: 'Platform: Nodes' }] }) },
      ['charge_unclear'],
    ],
    [
      'a quantity of what is metered',
      { subscription: held({ charges: [seats, usage] }), ...withLines({ chargeNumber: 'C-3' }) },
      ['quantity_forbidden'],
    ],
    [
      'a charge that is billed once',
      { subscription: held({ charges: [{ ...seats, kind: 'oneTime' }] }), ...withLines({}) },
      ['charge_not_changeable'],
    ],
    [
      'a price of tiers that come to nothing',
      { subscription: held({ charges: [{ ...seats, model: 'volume', price: null }] }) },
      ['price_unclear'],
    ],
    ['quantity 0', withLines({ quantity: '0' }), ['quantity_not_positive']],
    [
      'two of a flat fee',
      { subscription: both, plans, ...withLines(supportLine({ quantity: '2' })) },
      ['quantity_forbidden'],
    ],
    ['a price below zero', withLines({ unitPrice: '-1' }), ['price_negative']],
    ['an end of a change', withLines({ endsOn: day('2026-12-15') }), ['change_ends']],
    [
      'a removal and an update of the same',
      withLines({ action: 'Remove' }, { action: 'Update' }),
      ['lines_contradict'],
    ],
    ['two updates of a charge on one day', withLines({}, { quantity: '90' }), ['lines_contradict']],
    ['an unmapped product', withLines({ sellableKey: null }), ['product_unmapped']],
    ['a product that is gone', { plans: new Map(), ...withLines({ action: 'Add' }) }, ['plan_gone']],
    [
      'an exchange of one of several plans',
      { subscription: both, plans, ...withLines({ action: 'Change Plan' }) },
      ['plan_unclear'],
    ],
    [
      'a renewal without an end to renew at',
      { deal: renewal().deal, subscription: held({ termType: 'Evergreen', termEndsOn: null }) },
      ['renew_evergreen'],
    ],
    ['a renewal into no end', { deal: renewal({ evergreen: true }).deal }, ['renew_without_end']],
    ['a renewal on another day', { deal: renewal({ startsOn: day('2026-12-01') }).deal }, ['renewal_start_differs']],
    [
      'a line after the renewed term',
      {
        deal: renewal({}, [line({ startsOn: day('2028-01-01') })]).deal,
        subscription: held({ renewalTerm: { unit: 'month', count: 12 } }),
      },
      ['line_outside_term'],
    ],
    [
      'a renewal that billing has done already',
      {
        deal: renewal({ startsOn: day('2027-01-01') }).deal,
        subscription: held({ termStartsOn: day('2027-01-01'), termEndsOn: day('2028-01-01') }),
      },
      ['renewed_already'],
    ],
    [
      'the same of a deal that was opened for it, where people emptied its day',
      {
        deal: { ...renewal().deal, renewsOn: day('2027-01-01') },
        subscription: held({ termStartsOn: day('2027-01-01'), termEndsOn: day('2028-01-01') }),
      },
      ['renewed_already'],
    ],
    ['a renewal for half a month', { deal: renewal({ months: 0.5 }).deal }, ['term_invalid']],
    ['a term and no end', terms({ months: 12, evergreen: true }), ['term_unclear']],
    ['a term that would end before the change', terms({ months: 6 }), ['date_outside_subscription']],
    ['a cancellation before it begins', cancellation('2025-12-31'), ['date_outside_subscription']],
    ['a cancellation after its term', cancellation('2027-01-02'), ['date_outside_subscription']],
    [
      'a cancellation of one without an end on no day',
      { ...cancellation(null), subscription: held({ termType: 'Evergreen', termEndsOn: null }) },
      ['cancel_date_missing'],
    ],
    [
      'a cancellation that sells something',
      cancellation('2026-12-15', { lines: [line({ action: 'Add' })] }),
      ['line_of_cancellation'],
    ],
    [
      'fields to send along that nobody could read',
      {
        deal: deal({ fields: { Region__c: null } }),
        rules: {
          ...orderRules,
          customFields: {
            order: { PO__c: 'PO__c' },
            subscription: { R__c: 'Region__c' },
            ratePlan: { T__c: 'T__c' },
            charge: { C__c: 'T__c' },
          },
        },
      },
      ['field_unreadable', 'field_unreadable'],
    ],
    [
      'more than a call can carry',
      withLines(...Array.from({ length: 301 }, () => ({ action: 'Add' as const }))),
      ['too_many_actions'],
    ],
  ])('%s', (_, more, codes) => {
    expect(faultsOf(orderFacts(more))).toEqual(codes);
  });

  it('says what to do, and tells nothing of what belongs to somebody else', () => {
    const text = (more: Partial<OrderFacts>) => {
      const planned = planOrder(orderFacts(more));
      return 'faults' in planned ? planned.faults.map((fault) => fault.text) : [];
    };
    expect(text({ subscription: held({ billingAccountKey: 'zuora:account:a7' }) })).toEqual(
      text({ subscription: null }),
    );
    expect(text({ subscription: null })).toEqual([
      'The account has no subscription A-S1 in zuora. Enter the number of one of its own.',
    ]);
    expect(text(withLines({ chargeNumber: 'C-99' }))).toEqual([
      'Platform: The subscription has no charge C-99. Enter one of C-1 (Platform: Seats).',
    ]);
  });
});
