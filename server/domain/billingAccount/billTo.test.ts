import { describe, expect, test } from 'vitest';
import { addressInWords, addressOf, missingOf, type Address } from './billTo.ts';

const berlin: Address = {
  street: 'Karl-Marx-Allee 1',
  city: 'Berlin',
  state: null,
  postalCode: '10178',
  country: 'DE',
};

describe('what an address on invoices lacks', () => {
  test.each<[string, Partial<Address>, string]>([
    ['nothing', {}, 'Nothing'],
    ['a street', { street: null }, 'street'],
    ['a city and a postal code', { city: null, postalCode: null }, 'city, postal code'],
    ['a state where tax is decided by it, by code', { country: 'US' }, 'state'],
    ['a state where tax is decided by it, by name', { country: 'United States' }, 'state'],
    ['nothing, with its state', { country: 'Canada', state: 'Ontario' }, 'Nothing'],
    ['no postal code where there are none, by code', { country: 'HK', postalCode: null }, 'Nothing'],
    ['no postal code where there are none, by name', { country: 'Qatar', postalCode: null }, 'Nothing'],
    ['a country', { country: null }, 'country'],
  ])('is %s', (_what, more, missing) => {
    expect(missingOf({ ...berlin, ...more })).toBe(missing);
  });

  test('is everything that all countries have, without an address', () => {
    expect(missingOf(null)).toBe('street, city, postal code, country');
  });
});

test('an address is one line of what is known of it', () => {
  expect(addressInWords(berlin)).toBe('Karl-Marx-Allee 1, Berlin, 10178, DE');
  expect(addressInWords(null)).toBeNull();
});

test('an address of which nothing is known is none', () => {
  expect(addressOf({ street: null, city: null, state: null, postalCode: null, country: null })).toBeNull();
  expect(addressOf(berlin)).toBe(berlin);
});
