import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_ADDRESS, type BillTo } from './billTo.ts';
import { COUNTRY_CODES, countryCodeOf, countryNameOf } from './countries.ts';
import { faultInWords, faultsOf } from './faults.ts';
import { billToInSalesforce, type ContactInSalesforce } from './fromSalesforce.ts';
import { normaliseBillTo, tidy, tidyEmail } from './normalise.ts';
import { stateCodeOf, stateNameOf } from './states.ts';

const text = fc.option(fc.string({ unit: 'grapheme' }), { nil: null });
const address = fc.record({
  street: text,
  street2: text,
  city: text,
  state: fc.oneof(text, fc.constantFrom('ca', 'Ontario', 'California')),
  postalCode: text,
  country: fc.oneof(text, fc.constantFrom('usa', 'Canada', 'UK', 'Österreich')),
});
const more = fc.dictionary(fc.constantFrom('paymentTerm', 'Region__c'), text);
const billTo = fc.record({ firstName: text, lastName: text, company: text, email: text, phone: text, address, more });

describe('what is normalised', () => {
  test('is the same when it is normalised again', () => {
    fc.assert(
      fc.property(billTo, (raw) => {
        const once = normaliseBillTo(raw);
        expect(normaliseBillTo(once)).toEqual(once);
      }),
    );
  });

  test('is the same whatever blanks, line ends and composition it came with', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('Zoë', 'Ångström', 'Ltd.', '株式会社'), { minLength: 1 }), (words) => {
        expect(tidy(`\t ${words.join(' \n ').normalize('NFD')}\u{200B} `)).toBe(words.join(' '));
      }),
    );
  });

  test('has the domain of an email in small letters, and its name as it was written', () => {
    expect(tidyEmail(' Ada.Byron@Example.COM ')).toBe('Ada.Byron@example.com');
    expect(tidyEmail('nobody')).toBe('nobody');
    expect(tidyEmail(' ')).toBeNull();
  });

  test('has a street of several lines in two', () => {
    const { street, street2 } = normaliseBillTo({
      address: { street: 'Tower 2\r\n 5th  floor \n\nMain St 1' },
    }).address;
    expect([street, street2]).toEqual(['Tower 2', '5th floor, Main St 1']);
  });
});

describe('a country', () => {
  test('is found by its code and its name, in any case', () => {
    const ways = (code: string) => [code, code.toLowerCase(), countryNameOf(code), countryNameOf(code).toUpperCase()];
    const found = COUNTRY_CODES.map((code) => ways(code).map((text) => countryCodeOf(` ${text}\n`)));
    expect(found).toEqual(COUNTRY_CODES.map((code) => Array(4).fill(code)));
  });

  // Names of ISO 3166-1, as billing systems print them.
  test.each([
    ['Korea, Republic of', 'KR'],
    ["Korea, Democratic People's Republic of", 'KP'],
    ['Congo, the Democratic Republic of the', 'CD'],
    ['Congo', 'CG'],
    ['Viet Nam', 'VN'],
    ['Bolivia, Plurinational State of', 'BO'],
    ['Taiwan, Province of China', 'TW'],
    ['Virgin Islands, British', 'VG'],
    ['Virgin Islands, U.S.', 'VI'],
    ['Saint Martin (French part)', 'MF'],
    ['Holy See (Vatican City State)', 'VA'],
    ['Macedonia, the former Yugoslav Republic of', 'MK'],
    ['Bosnia and Herzegovina', 'BA'],
    ['Cote d’Ivoire', 'CI'],
    ['UK', 'GB'],
    ['United States of America', 'US'],
  ])('%s is %s', (name, code) => {
    expect(countryCodeOf(name)).toBe(code);
  });

  test.each(['', 'XX', 'EU', 'Atlantis', 'Guinea Pig'])('%j is none', (name) => {
    expect(countryCodeOf(name)).toBeNull();
  });
});

test('a state is found by its code and its name, where billing checks it', () => {
  expect(stateCodeOf('US', 'california')).toBe('CA');
  expect(stateCodeOf('US', 'D.C.')).toBe('DC');
  expect(stateCodeOf('CA', 'Québec')).toBe('QC');
  expect(stateCodeOf('CA', 'California')).toBeNull();
  expect(stateCodeOf('DE', 'Bavaria')).toBeNull();
  expect(stateNameOf('CA', 'ON')).toBe('Ontario');
  expect(stateNameOf('AT', 'Tirol')).toBe('Tirol');
});

const ada: ContactInSalesforce = {
  firstName: 'Ada',
  lastName: 'Byron',
  email: 'ada@acme.example',
  phone: null,
  address: { street: null, city: 'Graz', country: 'Austria' },
};
const acme = {
  name: 'Acme',
  more: {},
  address: { street: '1 Market St', city: 'San Francisco', state: 'CA', country: 'US' },
};

test('the address is that of the Contact, or that of the Account, and never made of both', () => {
  expect(billToInSalesforce(acme, ada).address).toEqual({ ...NO_ADDRESS, city: 'Graz', country: 'AT' });
  const without = { ...ada, address: { street: ' ', city: null, country: '' } };
  expect(billToInSalesforce(acme, without).address).toMatchObject({ street: '1 Market St', state: 'CA' });
  expect(billToInSalesforce(acme, null)).toMatchObject({ lastName: null, company: 'Acme', address: { country: 'US' } });
});

describe('what keeps a bill-to from being taken', () => {
  const good: BillTo = billToInSalesforce(acme, { ...ada, address: {} });

  test('is nothing of a whole one', () => {
    expect(faultsOf(good, 'Zuora')).toEqual([]);
    expect(faultsOf({ ...good, firstName: null }, 'Stripe')).toEqual([]);
  });

  test.each<[string, Partial<BillTo>, string]>([
    ['no name', { lastName: null }, 'name_missing'],
    ['no first name', { firstName: null }, 'first_name_missing'],
    ['no email', { email: null }, 'email_missing'],
    ['an email without a domain', { email: 'ada@acme' }, 'email_invalid'],
    ['an email with a blank', { email: 'a da@acme.example' }, 'email_invalid'],
    ['no country', { address: { ...good.address, country: null } }, 'country_missing'],
    ['a country that is none', { address: { ...good.address, country: 'Atlantis' } }, 'country_unknown'],
    ['no state', { address: { ...good.address, state: null } }, 'state_missing'],
    ['a state that is none', { address: { ...good.address, state: 'Bavaria' } }, 'state_unknown'],
  ])('is %s', (_what, change, fault) => {
    const bad = { ...good, ...change };
    expect(faultsOf(bad, 'Zuora')).toEqual([fault]);
    expect(faultInWords(faultsOf(bad, 'Zuora')[0]!, bad)).toMatch(/\.$/);
  });

  test('is a phone number with an extension that is too long for Stripe, and not for Zuora', () => {
    const bad = { ...good, phone: '+1 780-459-5656 ext 72' };
    expect(faultsOf(bad, 'Zuora')).toEqual([]);
    expect(faultsOf(bad, 'Stripe')).toEqual(['phone_too_long']);
    expect(faultsOf({ ...good, phone: '+1 780-459-5656 x725' }, 'Stripe')).toEqual([]);
    expect(faultInWords('phone_too_long', bad)).toContain(bad.phone);
  });
});
