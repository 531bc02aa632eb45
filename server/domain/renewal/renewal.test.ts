import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { billingAccount, charge, invoice, payment, subscription } from '../../../test/support/billingObjects.ts';
import { deriveAccount } from '../account/deriveAccount.ts';
import { factsOf, type BillingObject } from '../account/facts.ts';
import { DEFAULT_MRR_RULES } from '../metrics/rules.ts';
import type { Subscription } from '../subscription/subscription.ts';
import { addDays, calendarDate, type CalendarDate } from '../time/calendarDate.ts';
import { instant } from '../time/instant.ts';
import { renewalsChangeOn, renewalsOf, type RenewalDeal } from './renewal.ts';
import type { RenewalRules } from './rules.ts';
import { isRenewable } from './state.ts';

const RULES: RenewalRules = { daysBefore: 90, closeDaysBefore: 0, graceDays: 0, group: 'subscription' };
const GROUPED: RenewalRules = { ...RULES, group: 'billingAccount' };
const ON = calendarDate('2027-07-01');
const KEY = 'zuora:subscription:A-S1:renewal:2027-07-01';
const day = (text: string): CalendarDate => calendarDate(text);

function question(objects: readonly BillingObject[], on: string, rules = RULES, opened: readonly string[] = []) {
  const facts = factsOf(objects);
  const view = deriveAccount('001000000000001AAA', facts, day(on), 'UTC');
  return { view, facts, rules, mrr: DEFAULT_MRR_RULES, opened: new Set(opened) };
}
const renewals = (...of: Parameters<typeof question>): RenewalDeal[] => renewalsOf(question(...of));
const one = (more: Partial<Subscription>, on: string, opened: readonly string[] = [], rules = RULES) =>
  renewals([billingAccount(), subscription(more)], on, rules, opened);

describe('when there is a renewal deal', () => {
  it.each([
    ['the day before the window', '2027-04-01', 0],
    ['its first day', '2027-04-02', 1],
    ['the last day of the term', '2027-06-30', 1],
    ['after it, while billing has not renewed it', '2027-07-03', 1],
  ])('%s', (_what, on, count) => {
    expect(one({}, on)).toHaveLength(count);
  });

  it.each([
    ['evergreen', { termType: 'Evergreen' }],
    ['a word for the term that nobody knows', { termType: 'Forever' }],
    ['a draft', { status: 'Draft' }],
    ['one that is canceled with its term', { cancelOn: ON }],
    ['one without a known end', { termEndsOn: null }],
    ['one that expired before anybody saw it', { autoRenew: false, termEndsOn: day('2027-05-01') }],
  ] as const)('none: %s', (_what, more) => {
    expect(one(more, '2027-06-01')).toEqual([]);
  });

  it.each([true, false])('renewed by itself or not (%s)', (autoRenew) => {
    expect(one({ autoRenew }, '2027-06-30')).toMatchObject([{ key: KEY, state: { is: 'Open' }, outcome: null }]);
  });

  it('is to be closed so long before as the rules say', () => {
    expect(one({}, '2027-06-01', [], { ...RULES, closeDaysBefore: 30 })).toMatchObject([
      { on: ON, closesOn: '2027-06-01' },
    ]);
  });

  it('tells the days on which time alone changes something', () => {
    const next = (on: string) => renewalsChangeOn(question([billingAccount(), subscription()], on).view, RULES);
    expect([next('2027-01-01'), next('2027-04-02'), next('2027-07-01')]).toEqual(['2027-04-02', '2027-07-01', null]);
    const grace = { ...RULES, graceDays: 14 };
    const { view } = question([billingAccount(), subscription()], '2027-07-01');
    expect(renewalsChangeOn(view, grace)).toBe('2027-07-15');
  });
});

describe('what it is worth', () => {
  const worth = (more: Partial<Subscription>) => one(more, '2027-06-30').map((deal) => deal.worth);

  it.each([
    ['as long as the term before, where billing says no other', {}, 1_200_000],
    ['a shorter next term', { renewalTerm: { unit: 'month', count: 3 } }, 300_000],
    ['two years', { renewalTerm: { unit: 'year', count: 2 } }, 2_400_000],
    ['on without a term: a year', { renewalTerm: 'Evergreen' }, 1_200_000],
  ] as const)('%s', (_what, more, minor) => {
    expect(worth(more)).toEqual([{ minor, currency: 'USD' }]);
  });

  it('counts what is in force on the last day: not a step of a ramp that ended, nor what comes with the next term', () => {
    const charges = [
      charge({ price: '100', endsOn: day('2027-01-01') }),
      charge({ price: '250', startsOn: day('2027-01-01'), endsOn: ON, segment: 2 }),
      charge({ number: 'C-2', price: '9', startsOn: ON }),
      charge({ number: 'C-3', kind: 'oneTime', price: '5000' }),
      charge({ number: 'C-4', kind: 'usage', price: '7' }),
    ];
    expect(worth({ charges })).toEqual([{ minor: 300_000, currency: 'USD' }]);
  });

  it('counts one that is suspended as if it were not', () => {
    expect(worth({ status: 'Suspended' })).toEqual([{ minor: 1_200_000, currency: 'USD' }]);
  });
});

describe('what becomes of it', () => {
  const after = (more: Partial<Subscription>, on = '2027-07-01') => one(more, on, [KEY])[0]!;

  it('is renewed once the term begins, also before the day', () => {
    const next = { termStartsOn: ON, termEndsOn: day('2028-07-01') };
    for (const on of ['2027-06-01', '2027-07-01', '2029-01-01'])
      expect(after(next, on)).toMatchObject({
        key: KEY,
        state: { is: 'Renewed' },
        outcome: 'Renewed in billing from 1 Jul 2027: A-S1.',
      });
  });

  it('is renewed, too, when it goes on without a term', () => {
    expect(after({ termType: 'Evergreen', termStartsOn: ON, termEndsOn: null })).toMatchObject({
      state: { is: 'Renewed' },
    });
  });

  it.each([
    ['canceled', { cancelOn: ON }, 'A-S1 is canceled in billing from 1 Jul 2027.'],
    ['canceled', { cancelOn: day('2027-05-01'), status: 'Canceled' }, 'A-S1 is canceled in billing from 1 May 2027.'],
    ['canceled', { status: 'Canceled', endsByDate: false }, 'A-S1 is canceled in billing.'],
    ['expired', { autoRenew: false }, 'A-S1 expired on 1 Jul 2027 without being renewed.'],
    [
      'termChanged',
      { termEndsOn: day('2027-12-01') },
      'The term of A-S1 was changed in billing and now ends on 30 Nov 2027.',
    ],
  ] as const)('is lost: %s', (cause, more, reason) => {
    expect(after(more)).toMatchObject({ state: { is: 'Lost', cause }, outcome: reason });
  });

  it('says that payments had failed where they had', () => {
    const owed = invoice({ number: 'INV-7', attemptCount: 2, dueOn: day('2027-04-01') });
    const failed = payment({ status: 'Failed', at: instant('2027-05-01T10:00:00Z'), invoiceKeys: [owed.key] });
    const objects = [billingAccount(), subscription({ cancelOn: day('2027-06-01') }), owed, failed];
    const { view } = question(objects, '2027-06-15', RULES, [KEY]);
    expect(view.dunning.map(({ isOpen }) => isOpen)).toEqual([true]);
    expect(renewals(objects, '2027-06-15', RULES, [KEY])).toMatchObject([
      {
        state: { cause: 'paymentsFailed' },
        outcome: 'A-S1 is canceled in billing from 1 Jun 2027; payment of INV-7 had failed.',
      },
    ]);
  });

  it('waits for the days of grace before one that ran out is lost', () => {
    const of = (on: string) => one({ autoRenew: false }, on, [KEY], { ...RULES, graceDays: 10 })[0]!.state.is;
    expect([of('2027-07-01'), of('2027-07-10'), of('2027-07-11')]).toEqual(['Open', 'Open', 'Lost']);
  });

  it('a cancellation after the renewal leaves it renewed', () => {
    const next = { termStartsOn: ON, termEndsOn: day('2028-07-01'), cancelOn: day('2027-09-01') };
    expect(after(next, '2027-08-01')).toMatchObject({ state: { is: 'Renewed' } });
  });

  it('of a subscription that is not of this Account nothing is told', () => {
    expect(renewals([billingAccount()], '2027-07-01', RULES, [KEY])).toEqual([]);
  });
});

describe('one deal for what ends together', () => {
  const two = subscription({ number: 'A-S2' });
  const G = 'zuora:account:a1:renewal:2027-07-01:USD';
  const grouped = (objects: readonly BillingObject[], on = '2027-06-01', opened: string[] = []) =>
    renewals([billingAccount(), ...objects], on, GROUPED, opened);

  it('is for one billing account, day and currency', () => {
    const deals = grouped([
      subscription(),
      two,
      subscription({ number: 'A-S3', currency: 'EUR' }),
      subscription({ number: 'A-S4', termEndsOn: day('2027-06-20') }),
      subscription({ number: 'A-S5', billingAccountKey: 'zuora:account:a2' }),
    ]);
    expect(deals.map(({ key, members }) => [key, members.length])).toEqual([
      [G, 2],
      ['zuora:account:a1:renewal:2027-07-01:EUR', 1],
      ['zuora:account:a1:renewal:2027-06-20:USD', 1],
      ['zuora:account:a2:renewal:2027-07-01:USD', 1],
    ]);
    expect(deals[0]!.worth).toEqual({ minor: 2_400_000, currency: 'USD' });
  });

  it('is won where one is renewed and the other is not, and says so', () => {
    const next = { termStartsOn: ON, termEndsOn: day('2028-07-01') };
    const [deal] = grouped([subscription(next), subscription({ number: 'A-S2', cancelOn: ON })], '2027-07-01', [G]);
    expect(deal).toMatchObject({
      key: G,
      state: { is: 'Renewed' },
      worth: { minor: 1_200_000 },
      outcome: 'Renewed in billing from 1 Jul 2027: A-S1. A-S2 is canceled in billing from 1 Jul 2027.',
    });
  });

  it('stays open until each is decided', () => {
    const next = { termStartsOn: ON, termEndsOn: day('2028-07-01') };
    expect(grouped([subscription(next), two], '2027-06-30', [G])).toMatchObject([{ key: G, state: { is: 'Open' } }]);
  });

  it('leaves one alone whose deal was opened before there were groups', () => {
    expect(grouped([subscription(), two], '2027-06-01', [KEY]).map(({ key }) => key)).toEqual([KEY, G]);
    const again = grouped([subscription(), two], '2027-06-01', [KEY, G]);
    expect(again.map(({ members }) => members.map(({ subscription: { number } }) => number))).toEqual([
      ['A-S1'],
      ['A-S2'],
    ]);
  });
});

it('each subscription in the window is in exactly one deal, whatever was opened by whatever rule, and no other is', () => {
  const base = day('2027-06-01');
  const subscriptions = fc.array(
    fc.record({
      end: fc.integer({ min: -20, max: 200 }),
      termType: fc.constantFrom('Termed', 'Evergreen'),
      autoRenew: fc.boolean(),
      currency: fc.constantFrom('USD', 'EUR'),
      owner: fc.constantFrom('a1', 'a2'),
      cancels: fc.boolean(),
    }),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(
      subscriptions,
      fc.constantFrom(...(['subscription', 'billingAccount'] as const)),
      fc.constantFrom(...(['subscription', 'billingAccount'] as const)),
      fc.integer({ min: 0, max: 40 }),
      (specs, before, now, later) => {
        const objects = [
          billingAccount(),
          billingAccount({ key: 'zuora:account:a2', number: 'a2' }),
          ...specs.map(({ end, owner, cancels, ...more }, index) => {
            const termEndsOn = addDays(base, end);
            return subscription({
              ...more,
              number: `A-S${index}`,
              billingAccountKey: `zuora:account:${owner}`,
              termEndsOn,
              cancelOn: cancels ? termEndsOn : null,
            });
          }),
        ];
        const first = renewals(objects, base, { ...RULES, group: before });
        const asked = question(
          objects,
          addDays(base, later),
          { ...RULES, group: now },
          first.map(({ key }) => key),
        );
        const deals = renewalsOf(asked);
        expect(new Set(deals.map(({ key }) => key)).size).toBe(deals.length);
        const counts = new Map<string, number>();
        for (const { members } of deals)
          for (const { subscription: own } of members) counts.set(own.key, (counts.get(own.key) ?? 0) + 1);
        for (const own of asked.view.subscriptions) {
          const { termEndsOn, key } = own.subscription;
          const inWindow = asked.view.asOf >= addDays(termEndsOn!, -RULES.daysBefore);
          const wasOpened = first.some(({ members }) => members.some((member) => member.subscription.key === key));
          expect(counts.get(key) ?? 0).toBe(wasOpened || (isRenewable(own) && inWindow) ? 1 : 0);
        }
      },
    ),
  );
});
