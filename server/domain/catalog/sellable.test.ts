import { describe, expect, it } from 'vitest';
import { billedHowOften, listPriceOf, type CatalogCharge, type Sellable } from './sellable.ts';
import { billedInWords, modelsInWords, nameInWords } from './words.ts';

const month = { unit: 'month', count: 1 } as const;
const usd = (price: string | null) => ({ currency: 'USD', price, tiers: [] });

const charge = (more: Partial<CatalogCharge> = {}): CatalogCharge => ({
  name: 'Seats',
  kind: 'recurring',
  model: 'perUnit',
  transform: null,
  priceInterval: month,
  billingInterval: month,
  prices: [usd('10')],
  ...more,
});
const sellable = (charges: CatalogCharge[], more: Partial<Sellable> = {}): Sellable => ({
  key: 'stripe:price:p',
  source: 'Stripe',
  productId: 'prod',
  priceId: 'p',
  product: 'Growth',
  variant: null,
  active: true,
  charges,
  ...more,
});
const fee = charge({ name: 'Fee', model: 'flat' });
const usage = charge({ name: 'Calls', kind: 'usage', model: 'overage', prices: [usd('0.01')] });
const bands = [
  { upTo: '10', unitPrice: '2', flatAmount: '0' },
  { upTo: null, unitPrice: '1', flatAmount: '5' },
];

describe('a list price', () => {
  it.each([
    ['of one recurring charge is its price', [charge()], '10'],
    ['of a fee is the fee', [fee], '10'],
    ['leaves usage besides out', [charge(), usage], '10'],
    ['of what is billed once is what is billed', [charge({ kind: 'oneTime', prices: [usd('99.9')] })], '99.9'],
    ['of what costs nothing is 0, with nothing to add', [charge({ prices: [usd('0')] })], '0'],
  ])('%s', (_what, charges, unitPrice) => {
    expect(listPriceOf(sellable(charges), 'USD')).toEqual({ listed: true, unitPrice, message: null });
  });

  it.each([
    ['two charges', [charge(), fee], /^It has 2 charges/],
    ['usage alone', [usage], /^It is billed by usage/],
    [
      'bands',
      [charge({ model: 'graduated', prices: [{ currency: 'USD', price: null, tiers: bands }] })],
      /^Its price is not the same/,
    ],
    ['packs', [charge({ transform: { divideBy: 10, round: 'up' } })], /^Its price is not the same/],
    ['a price that the customer chooses', [charge({ prices: [usd(null)] })], /^Its price is not the same/],
    ['more digits than a list price has', [charge({ prices: [usd('0.0035')] })], /^Its price has more digits/],
    [
      'a model that nobody here knows',
      [charge({ model: 'other', unknownWord: 'Barter' })],
      /^Billing prices it by "Barter"/,
    ],
  ])('of %s is 0, and people are told why', (_what, charges, message) => {
    expect(listPriceOf(sellable(charges), 'USD')).toEqual({
      listed: true,
      unitPrice: '0',
      message: expect.stringMatching(message) as string,
    });
  });

  it('is in the currency of the org alone, and never one of another currency', () => {
    const both = charge({ prices: [usd('10'), { currency: 'EUR', price: '9', tiers: [] }] });
    expect(listPriceOf(sellable([both]), 'EUR')).toMatchObject({ unitPrice: '9' });
    expect(listPriceOf(sellable([both]), 'JPY')).toEqual({
      listed: false,
      message: 'It is not in the price book, which is in JPY: billing prices it in USD, EUR.',
    });
    expect(listPriceOf(sellable([both, fee]), 'EUR')).toMatchObject({ listed: false });
    expect(
      listPriceOf(sellable([charge({ prices: [{ currency: 'JPY', price: '10.5', tiers: [] }] })]), 'JPY'),
    ).toMatchObject({ unitPrice: '0', message: expect.stringMatching(/more digits/) as string });
  });

  it('is not there without charges', () => {
    expect(listPriceOf(sellable([]), 'USD')).toMatchObject({ listed: false });
  });
});

describe('what is sold in words', () => {
  it('tells every charge in every currency', () => {
    const two = charge({ prices: [usd('10'), { currency: 'EUR', price: '9', tiers: [] }] });
    const banded = charge({
      name: 'Nodes',
      model: 'graduated',
      prices: [{ currency: 'USD', price: null, tiers: bands }],
    });
    const setup = charge({ name: 'Setup', kind: 'oneTime', model: 'flat', prices: [usd('500')] });
    const packs = charge({ name: 'Mails', transform: { divideBy: 100, round: 'up' } });
    expect(billedInWords(sellable([two, banded, setup, packs, usage])).split('\n')).toEqual([
      'Seats (Per Unit): USD 10.00 a unit or EUR 9.00 a unit, a month',
      'Nodes (Tiered): USD by bands (Up to 10: USD 2.00 a unit; Over 10: USD 1.00 a unit, and USD 5.00 once), a month',
      'Setup (Flat Fee): USD 500.00, once',
      'Mails (Per Unit (packs of 100, rounded up)): USD 10.00 for 100 units, rounded up, a month',
      'Calls (Overage): USD 0.01 a unit, by usage',
    ]);
    expect(modelsInWords(sellable([two, charge(), setup]))).toBe('Per Unit, Flat Fee');
    expect(billedHowOften(sellable([two, setup]))).toBe('Monthly');
    expect(billedHowOften(sellable([setup]))).toBeNull();
  });

  it('is called by its product and what sets it apart, or else by what it costs', () => {
    expect(nameInWords(sellable([charge()], { variant: 'Gold' }))).toBe('Growth: Gold');
    expect(nameInWords(sellable([charge()], { variant: 'Growth' }))).toBe('Growth');
    expect(nameInWords(sellable([charge()]))).toBe('Growth: USD 10.00 a unit, a month');
    expect(nameInWords(sellable([]))).toBe('Growth');
  });
});
