import { describe, expect, it } from 'vitest';
import type { BillingFilter } from '../ports/billingFilter.ts';
import { TAKE_EVERYTHING } from '../ports/billingFilter.ts';
import { BILLING_PARTS, type BillingPart, type BillingRecord, type BillingSystem } from '../ports/billingSystem.ts';
import type { StoredEvent } from '../ports/keyWork.ts';
import { filterBilling } from './filterBilling.ts';

const AT = new Date('2026-11-21T10:00:00Z');
const record = (kind: string) =>
  ({ key: `stripe:${kind}:1`, kind, body: { kind, currency: 'EUR' } }) as unknown as BillingRecord;

/** A billing account in EUR of the region EMEA; an event tells of all that it has. */
function billingOf(
  filter: Partial<BillingFilter>,
  has: { currency?: string | null; fields?: Record<string, string> } = {},
) {
  const asked: (readonly BillingPart[])[] = [];
  const account = { ...record('account'), body: { kind: 'account', currency: has.currency ?? null } } as BillingRecord;
  const billing: BillingSystem = {
    connection: 'stripe',
    readsMayLag: false,
    async fetch(_, parts) {
      asked.push(parts);
      return {
        found: true,
        billingAccountKey: 'stripe:account:1',
        parts: parts.map((part) => ({ part, records: part === 'account' ? [account] : [], asOf: AT })),
        ...(parts.includes('account') ? { fields: has.fields ?? {} } : {}),
      };
    },
    read: () => ({
      records: ['account', 'subscription', 'invoice', 'payment'].map(record),
      fetch: ['usage'],
      about: ['stripe:account:1', 'stripe:invoice:1'],
      takenBack: ['stripe:subscription:1'],
      isExact: true,
    }),
    whereIs: async () => null,
  };
  return { asked, filtered: filterBilling(billing, { ...TAKE_EVERYTHING, ...filter }) };
}

const partsOf = (fetched: Awaited<ReturnType<BillingSystem['fetch']>>) =>
  fetched.found ? fetched.parts.map(({ part }) => part) : null;

describe('a filter of objects', () => {
  it('asks for nothing that is left out, nor at all when nothing else is wanted', async () => {
    const { filtered, asked } = billingOf({ objects: ['subscriptions'] });
    expect(partsOf(await filtered.fetch('1', BILLING_PARTS))).toEqual(['account', 'subscriptions']);
    expect(await filtered.fetch('1', ['invoices'])).toEqual({
      found: true,
      billingAccountKey: 'stripe:account:1',
      parts: [],
    });
    expect(asked).toEqual([['account', 'subscriptions']]);
  });

  it('takes memos with the invoices that they correct', async () => {
    const { filtered } = billingOf({ objects: ['invoices'] });
    expect(partsOf(await filtered.fetch('1', BILLING_PARTS))).toEqual(['account', 'invoices', 'memos']);
  });

  it('takes from an event only what it takes', () => {
    const { filtered } = billingOf({ objects: ['subscriptions', 'payments'] });
    const reading = filtered.read({} as StoredEvent, new Map());
    expect(reading.records.map(({ kind }) => kind)).toEqual(['account', 'subscription', 'payment']);
    expect(reading.fetch).toEqual([]);
    expect([reading.takenBack, reading.isExact]).toEqual([['stripe:subscription:1'], true]);
    expect(reading.about).toEqual(['stripe:account:1']);
  });
});

describe('a filter of billing accounts', () => {
  it.each([
    ['its currency', { currencies: ['EUR', 'USD'] }, { currency: 'EUR' }, true],
    ['another currency', { currencies: ['USD'] }, { currency: 'EUR' }, false],
    ['a currency, and it has none yet', { currencies: ['EUR'] }, { currency: null }, false],
    ['a value of its field', { fields: { region: ['EMEA', 'DACH'] } }, { fields: { region: 'EMEA' } }, true],
    ['another value', { fields: { region: ['APAC'] } }, { fields: { region: 'EMEA' } }, false],
    ['a field that it has not', { fields: { region: ['EMEA'] } }, {}, false],
    [
      'two fields of which one differs',
      { fields: { region: ['EMEA'], tier: ['gold'] } },
      { fields: { region: 'EMEA', tier: 'tin' } },
      false,
    ],
  ])('that names %s', async (_, filter, has, taken) => {
    const { filtered, asked } = billingOf(filter, has);
    const fetched = await filtered.fetch('1', BILLING_PARTS);
    expect(fetched).toMatchObject(taken ? { found: true } : { found: true, excluded: true, parts: [] });
    expect(partsOf(fetched)).toEqual(taken ? [...BILLING_PARTS] : []);
    // One that is left out costs one read of the account alone.
    expect(asked).toEqual(
      taken ? [['account'], ['subscriptions', 'invoices', 'memos', 'payments', 'usage']] : [['account']],
    );
  });

  it('decides by a read and not by an event, which need not hold what decides', () => {
    const { filtered } = billingOf({ currencies: ['EUR'] });
    const reading = filtered.read({} as StoredEvent, new Map());
    expect(reading.records.map(({ kind }) => kind)).toEqual(['subscription', 'invoice', 'payment']);
    expect(reading.fetch).toEqual(['usage', 'account']);
    expect(reading.about).toEqual([]);
  });

  it('changes nothing when it takes everything', async () => {
    const { filtered, asked } = billingOf({});
    await filtered.fetch('1', BILLING_PARTS);
    expect(asked).toEqual([[...BILLING_PARTS]]);
    expect(filtered.read({} as StoredEvent, new Map()).records).toHaveLength(4);
  });
});
