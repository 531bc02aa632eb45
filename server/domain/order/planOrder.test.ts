import { describe, expect, it, test } from 'vitest';
import type { BillingAccount } from '../billingAccount/billingAccount.ts';
import type { CalendarDate } from '../time/calendarDate.ts';
import type { Deal, DealLine } from './deal.ts';
import type { OrderFacts } from './facts.ts';
import type { ActionOf, ChargeOnSale, PlanOnSale } from './order.ts';
import { planOrder } from './planOrder.ts';
import { isOrdered, type OrderRules } from './rules.ts';
import { orderInWords } from './words.ts';

const day = (text: string) => text as CalendarDate;
const DEAL = '006000000000001AAA';
const PLAN = 'zuora:productrateplan:p1';

const account = (more: Partial<BillingAccount> = {}): BillingAccount =>
  ({
    kind: 'account',
    key: 'zuora:account:a1',
    connection: 'zuora',
    number: 'A00000001',
    status: 'Active',
    currency: 'USD',
    billToEmail: 'ada@acme.example',
    billTo: {
      name: 'Ada',
      address: { street: '1 Main St', city: 'Berlin', state: null, postalCode: '10115', country: 'Germany' },
    },
    ...more,
  }) as BillingAccount;

const charge = (more: Partial<ChargeOnSale> = {}): ChargeOnSale => ({
  id: 'c1',
  name: 'Seats',
  kind: 'recurring',
  model: 'perUnit',
  transform: null,
  priceInterval: { unit: 'month', count: 1 },
  billingInterval: { unit: 'month', count: 1 },
  prices: [{ currency: 'USD', price: '20', tiers: [] }],
  quantity: '1',
  ...more,
});
const plan = (charges: readonly ChargeOnSale[], more: Partial<PlanOnSale> = {}): PlanOnSale => ({
  key: PLAN,
  id: 'p1',
  name: 'Platform Team',
  active: true,
  charges,
  ...more,
});
const line = (more: Partial<DealLine> = {}): DealLine => ({
  id: '00k000000000001AAA',
  product: 'Platform Team',
  sellableKey: PLAN,
  quantity: '60',
  unitPrice: '19.99',
  discountPercent: null,
  startsOn: null,
  endsOn: null,
  action: null,
  chargeNumber: null,
  ...more,
});
const deal = (more: Partial<Deal> = {}): Deal => ({
  id: DEAL,
  name: 'Acme, new business',
  accountId: '001000000000001AAA',
  ownerId: '005000000000001AAA',
  stage: 'Closed Won',
  isWon: true,
  isClosed: true,
  closesOn: day('2026-11-20'),
  stageSince: '2026-11-20T10:00:00.000Z',
  currency: 'USD',
  recordType: null,
  amount: null,
  isReported: false,
  kind: null,
  subscriptionNumber: null,
  billingAccountKey: null,
  terms: { startsOn: day('2026-12-01'), months: 12, evergreen: false, autoRenew: null, renewalMonths: null },
  lines: [line()],
  fields: {},
  ...more,
});
const rules: OrderRules = {
  mode: 'automatic',
  connection: 'zuora',
  recordTypes: null,
  amountAtLeast: null,
  fields: {},
  defaults: { months: null, autoRenew: false, renewalMonths: null, cancel: 'term end' },
  customFields: { order: {}, subscription: {}, ratePlan: {}, charge: {} },
};
const facts = (more: Partial<OrderFacts> = {}): OrderFacts => ({
  deal: deal(),
  billingAccounts: [account()],
  subscription: null,
  plans: new Map([[PLAN, plan([charge()])]]),
  rules,
  today: day('2026-11-22'),
  ...more,
});

function order(more: Partial<OrderFacts> = {}) {
  const planned = planOrder(facts(more));
  if ('faults' in planned) throw new Error(planned.faults.map(({ text }) => text).join('\n'));
  return planned.order;
}
function faults(more: Partial<OrderFacts> = {}) {
  const planned = planOrder(facts(more));
  return 'faults' in planned ? planned.faults.map(({ code }) => code) : [];
}
const created = (more: Partial<OrderFacts> = {}) => order(more).actions[0] as ActionOf<'CreateSubscription'>;
const charges = (more: Partial<DealLine>, ...sold: ChargeOnSale[]) =>
  created({ deal: deal({ lines: [line(more)] }), plans: new Map([[PLAN, plan(sold)]]) }).plans[0]!.charges;
const terms = (more: Partial<Deal['terms']>) => deal({ terms: { ...deal().terms, ...more } });

describe('a deal that is ready', () => {
  it('becomes a new subscription, under numbers made of its id', () => {
    expect(order()).toEqual({
      number: `SF-${DEAL}`,
      orderedOn: '2026-11-22',
      billingAccountKey: 'zuora:account:a1',
      billingAccountNumber: 'A00000001',
      currency: 'USD',
      dealId: DEAL,
      actions: [
        {
          type: 'CreateSubscription',
          subscriptionNumber: `SF-${DEAL}`,
          startsOn: '2026-12-01',
          term: { type: 'Termed', months: 12 },
          autoRenew: false,
          renewalMonths: null,
          plans: [
            {
              lineId: '00k000000000001AAA',
              planId: 'p1',
              charges: [{ charge: 'c1', kind: 'recurring', model: 'perUnit', quantity: '60', price: '19.99' }],
            },
          ],
        },
      ],
    });
  });

  it('begins on its close date where nobody said when', () => {
    expect(order({ deal: terms({ startsOn: null }) }).actions[0]!.startsOn).toBe('2026-11-20');
  });

  it('takes what it does not say from the settings', () => {
    const defaults = { months: 24, autoRenew: true, renewalMonths: 12, cancel: 'term end' } as const;
    expect(order({ deal: terms({ months: null }), rules: { ...rules, defaults } }).actions[0]).toMatchObject({
      term: { type: 'Termed', months: 24 },
      autoRenew: true,
      renewalMonths: 12,
    });
    expect(created({ deal: terms({ autoRenew: false }), rules: { ...rules, defaults } }).autoRenew).toBe(false);
  });

  it('has no term where it has no end', () => {
    const defaults = { months: 12, autoRenew: true, renewalMonths: 12, cancel: 'term end' } as const;
    expect(
      order({ deal: terms({ months: null, evergreen: true }), rules: { ...rules, defaults } }).actions[0],
    ).toMatchObject({
      term: { type: 'Evergreen' },
      autoRenew: false,
      renewalMonths: null,
    });
  });

  it('bills the account that it names', () => {
    const other = account({ key: 'zuora:account:a2', number: 'A00000002' });
    const of = { billingAccounts: [account(), other], deal: deal({ billingAccountKey: 'zuora:account:a2' }) };
    expect(order(of).billingAccountNumber).toBe('A00000002');
  });

  it('says in words what is ordered', () => {
    expect(orderInWords(order(), [plan([charge()])])).toEqual([
      `New subscription SF-${DEAL} of A00000001 from 2026-12-01 for 12 months, does not renew by itself`,
      '- Platform Team (Seats: 60 at USD 19.99 a month)',
    ]);
    const evergreen = order({ deal: terms({ months: null, evergreen: true }) });
    expect(orderInWords(evergreen, [plan([charge()])])[0]).toMatch(/from 2026-12-01 without an end$/);
  });
});

describe('quantity and sales price of a line', () => {
  const fee = charge({ id: 'c0', name: 'Fee', model: 'flat', quantity: null });
  const setUp = charge({ id: 'c3', name: 'Set-up', kind: 'oneTime' });
  const usage = charge({ id: 'c9', name: 'Calls', kind: 'usage', quantity: null });
  const volume = charge({ id: 'c2', model: 'volume', prices: [{ currency: 'USD', price: null, tiers: [] }] });

  test.each<[string, Partial<DealLine>, ChargeOnSale[], unknown[]]>([
    ['go to the only charge by units', {}, [charge()], [['c1', '60', '19.99']]],
    ['the price alone to a flat fee', { quantity: '1' }, [fee], [['c0', null, '19.99']]],
    ['usage is left as it is', {}, [charge(), usage], [['c1', '60', '19.99']]],
    ['the quantity alone to tiers', { unitPrice: '0' }, [volume], [['c2', '60', null]]],
    [
      'the quantity to all that have one',
      { unitPrice: '0' },
      [fee, charge(), volume],
      [
        ['c1', '60', null],
        ['c2', '60', null],
      ],
    ],
    ['nothing of a plan of usage alone', { quantity: '1', unitPrice: '0' }, [usage], []],
    [
      'a discount alone comes off each recurring charge of several, exactly',
      { unitPrice: '0', discountPercent: '12.5' },
      [{ ...fee, prices: [{ currency: 'USD', price: '99.9', tiers: [] }] }, charge(), setUp, usage],
      [
        ['c0', null, '87.4125'],
        ['c1', '60', '17.5'],
        ['c3', '60', null],
      ],
    ],
    ['a discount comes off the price, exactly', { discountPercent: '12.5' }, [charge()], [['c1', '60', '17.49125']]],
    [
      'more decimals than binary numbers keep',
      { unitPrice: '0.1', discountPercent: '3' },
      [charge()],
      [['c1', '60', '0.097']],
    ],
    ['a free one is free', { unitPrice: '0' }, [charge()], [['c1', '60', '0']]],
    ['all of it taken off is free', { unitPrice: '0', discountPercent: '100' }, [charge()], [['c1', '60', '0']]],
    ['parts of units', { quantity: '2.25' }, [charge()], [['c1', '2.25', '19.99']]],
  ])('%s', (_, more, sold, expected) => {
    expect(charges(more, ...sold).map(({ charge: id, quantity, price }) => [id, quantity, price])).toEqual(expected);
  });
});

it('of lines that follow each other, one without a discount has billing’s own prices again', () => {
  const free = { unitPrice: '0', quantity: '10' };
  const lines = [
    line({ ...free, discountPercent: '20', endsOn: day('2027-06-01') }),
    line({ ...free, id: '00k000000000002AAA', startsOn: day('2027-06-01') }),
  ];
  const fee = charge({ id: 'c0', name: 'Fee', model: 'flat', quantity: null });
  const { actions } = order({ deal: deal({ lines }), plans: new Map([[PLAN, plan([fee, charge()])]]) });
  const pricesOf = (sold: readonly { charge: string; price: string | null }[]) =>
    sold.map(({ charge: id, price }) => [id, price]);
  const [made, changed] = actions as unknown as [ActionOf<'CreateSubscription'>, ActionOf<'UpdateProduct'>];
  expect(pricesOf(made.plans[0]!.charges)).toEqual([
    ['c0', '16'],
    ['c1', '16'],
  ]);
  expect([changed.type, changed.startsOn, pricesOf(changed.charges)]).toEqual([
    'UpdateProduct',
    '2027-06-01',
    [
      ['c0', '20'],
      ['c1', '20'],
    ],
  ]);
});

describe('what keeps a deal from being ordered is said, all of it at once', () => {
  const withLine = (
    more: Partial<DealLine>,
    sold: readonly ChargeOnSale[] = [charge()],
    of: Partial<PlanOnSale> = {},
  ) => ({
    deal: deal({ lines: [line(more)] }),
    plans: new Map([[PLAN, plan(sold, of)]]),
  });
  const fee = charge({ id: 'c0', name: 'Fee', model: 'flat' });

  test.each<[string, Partial<OrderFacts>, string[]]>([
    ['no account', { deal: deal({ accountId: null }) }, ['account_missing']],
    ['no billing account', { billingAccounts: [] }, ['billing_account_missing']],
    [
      'one of another system alone',
      { billingAccounts: [account({ connection: 'stripe' })] },
      ['billing_account_missing'],
    ],
    [
      'two billing accounts',
      { billingAccounts: [account(), account({ key: 'zuora:account:a2' })] },
      ['billing_account_unclear'],
    ],
    [
      'a billing account of somebody else',
      { deal: deal({ billingAccountKey: 'zuora:account:a9' }) },
      ['billing_account_foreign'],
    ],
    ['an account on hold', { billingAccounts: [account({ status: 'Canceled' })] }, ['billing_account_inactive']],
    ['another currency', { billingAccounts: [account({ currency: 'EUR' })] }, ['currency_differs']],
    ['a contact without email', { billingAccounts: [account({ billToEmail: null })] }, ['bill_to_email_missing']],
    ['no address', { billingAccounts: [account({ billTo: { name: null, address: null } })] }, ['bill_to_incomplete']],
    ['a criterion that nobody could read', { rules: { ...rules, fields: { Bill_It__c: true } } }, ['field_unreadable']],
    ['no term', { deal: terms({ months: null }) }, ['term_missing']],
    ['a term and no end', { deal: terms({ evergreen: true }) }, ['term_unclear']],
    ['a term of half a month', { deal: terms({ months: 0.5 }) }, ['term_invalid']],
    ['a term of nothing', { deal: terms({ months: 0 }) }, ['term_invalid']],
    ['a renewal of nothing', { deal: terms({ renewalMonths: 0 }) }, ['renewal_term_invalid']],
    ['no products', { deal: deal({ lines: [] }) }, ['no_products']],
    ['a product without a mapping', withLine({ sellableKey: null }), ['product_unmapped']],
    ['a product of another system', withLine({ sellableKey: 'stripe:price:p1' }), ['product_of_other_system']],
    ['a plan that is gone', { plans: new Map() }, ['plan_gone']],
    ['a plan that is not on sale', withLine({}, [charge()], { active: false }), ['plan_not_on_sale']],
    ['a plan that bills nothing', withLine({}, []), ['plan_without_charges']],
    ['a way of pricing that nobody knows', withLine({}, [charge({ unknownWord: 'Prerated' })]), ['charge_unknown']],
    [
      'a price list of another currency',
      withLine({}, [charge({ prices: [{ currency: 'EUR', price: '1', tiers: [] }] })]),
      ['currency_not_sold'],
    ],
    ['quantity 0', withLine({ quantity: '0' }), ['quantity_not_positive']],
    ['a negative quantity', withLine({ quantity: '-2' }), ['quantity_not_positive']],
    ['two of a flat fee', withLine({ quantity: '2' }, [fee]), ['quantity_forbidden']],
    ['half a flat fee', withLine({ quantity: '0.5' }, [fee]), ['quantity_forbidden']],
    ['a price for several charges', withLine({}, [fee, charge()]), ['price_unclear']],
    [
      'a discount alone on the only charge, which a price of 0 makes free',
      withLine({ unitPrice: '0', discountPercent: '10' }),
      ['price_unclear'],
    ],
    [
      'a discount on tiers of which billing tells no price',
      withLine({ unitPrice: '0', discountPercent: '10' }, [charge({ model: 'volume' })]),
      ['price_unclear'],
    ],
    [
      'a discount on several charges, one by tiers of which billing tells no price',
      withLine({ unitPrice: '0', discountPercent: '10' }, [charge(), charge({ id: 'c2', model: 'volume' })]),
      ['price_unclear'],
    ],
    [
      'a discount and a price for several charges',
      withLine({ unitPrice: '5', discountPercent: '10' }, [fee, charge()]),
      ['price_unclear'],
    ],
    [
      'a discount on what is billed once, several times',
      withLine({ unitPrice: '0', discountPercent: '10' }, [
        charge({ kind: 'oneTime' }),
        charge({ id: 'c2', kind: 'oneTime' }),
      ]),
      ['price_unclear'],
    ],
    ['a price below zero', withLine({ unitPrice: '-1' }), ['price_negative']],
    ['a price that is too fine', withLine({ unitPrice: '0.123456789', discountPercent: '33' }), ['price_too_fine']],
    [
      'a new subscription and one that is named',
      { deal: deal({ kind: 'New', subscriptionNumber: 'A-S1' }) },
      ['subscription_unexpected'],
    ],
    ['a line that changes something', withLine({ action: 'Update' }), ['line_not_new']],
    ['a line that names a charge', withLine({ chargeNumber: 'C-1' }), ['line_not_new']],
    [
      'a line that ends before it begins',
      withLine({ startsOn: day('2027-02-01'), endsOn: day('2027-01-01') }),
      ['line_dates_reversed'],
    ],
    ['a line before the subscription', withLine({ startsOn: day('2026-11-30') }), ['line_outside_term']],
    ['a line after the subscription', withLine({ startsOn: day('2027-12-01') }), ['line_outside_term']],
    ['a line that ends after it', withLine({ endsOn: day('2027-12-02') }), ['line_outside_term']],
    ['nothing that begins on the first day', withLine({ startsOn: day('2027-01-01') }), ['nothing_on_first_day']],
  ])('%s', (_, more, codes) => {
    expect(faults(more)).toEqual(codes);
  });

  it('names the line, and what to do', () => {
    const planned = planOrder(facts({ ...withLine({ quantity: '0', sellableKey: null }), billingAccounts: [] }));
    expect('faults' in planned && planned.faults.map(({ text }) => text)).toEqual([
      'The account has no billing account in zuora. Link or create one first.',
      'Platform Team: Billing does not know this product. Choose one from the price book of billing, or have it mapped.',
    ]);
  });
});

describe('which deals are ordered', () => {
  it.each<[string, Partial<Deal>, Partial<OrderRules>, boolean]>([
    ['all, unless settings say otherwise', {}, {}, true],
    ['none that the product made to report billing', { isReported: true }, {}, false],
    ['those of a record type', { recordType: 'New_Business' }, { recordTypes: ['New_Business'] }, true],
    ['not those of another one', { recordType: 'Services' }, { recordTypes: ['New_Business'] }, false],
    ['not those without one', {}, { recordTypes: ['New_Business'] }, false],
    ['those with a field', { fields: { Bill_It__c: true } }, { fields: { Bill_It__c: true } }, true],
    ['not those with another value of it', { fields: { Bill_It__c: false } }, { fields: { Bill_It__c: true } }, false],
    ['not those in which it is empty', { fields: { Bill_It__c: null } }, { fields: { Bill_It__c: true } }, false],
    ['those of which nobody could read it, which wait', {}, { fields: { Bill_It__c: true } }, true],
  ])('%s', (_, more, of, expected) => {
    expect(isOrdered({ ...rules, ...of }, deal(more))).toBe(expected);
  });
});
