import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TextReading } from '../../../workflows/ports/orgMapping.ts';
import type { DescribedField } from './describe.ts';
import { readingFor, readText } from './readText.ts';

const reading = (as: TextReading['as'], more: Partial<TextReading> = {}): TextReading => ({
  as,
  digits: 15,
  scale: 0,
  values: null,
  isEmail: false,
  ...more,
});
const email = reading('whole text', { isEmail: true });
const picklist = reading('text', { values: ['EMEA', 'APAC'] });
const amount = reading('number', { digits: 5, scale: 2 });

describe('a text of billing', () => {
  test.each<[string, TextReading, string | null, unknown]>([
    ['is a text', reading('text'), 'EMEA 🚀', 'EMEA 🚀'],
    ['is cut with a mark', reading('text'), 'longer than it', 'longer tha…'],
    ['is a value of a picklist', picklist, 'APAC', 'APAC'],
    ['is an address', email, 'a@b.example', 'a@b.example'],
    ['is a number', amount, '-12345.60', -12_345.6],
    ['is a number with a sign and zeros', amount, '+007.500', 7.5],
    ['is zero', amount, '0', 0],
    ['is a day', reading('date'), '2028-02-29', '2028-02-29'],
    ['is a moment', reading('instant'), '2026-11-21T10:00:00+01:00', '2026-11-21T09:00:00.000Z'],
    ['is a yes', reading('boolean'), 'TRUE', true],
    ['is a no', reading('boolean'), 'no', false],
    ['is not there', amount, null, null],
    ['is not there, of a checkbox', reading('boolean'), null, false],
  ])('that %s goes to its field as what it is', (_what, as, text, value) => {
    expect(readText(text, as, as.as === 'text' ? 11 : null)).toEqual({ value, misfit: null });
  });

  test.each<[string, TextReading, string, RegExp]>([
    ['is no value of a picklist', picklist, 'Mars', /no value of the picklist/],
    ['is no address', email, 'a b@c.d', /no email address/],
    ['is too long to be cut', email, `${'a'.repeat(250)}@b.example`, /too long/],
    ['is no number', amount, 'many', /no number/],
    ['is a number of a program', amount, '1e3', /no number/],
    ['is infinite', amount, 'Infinity', /no number/],
    ['has a digit too much after the point', amount, '1.005', /more than 2 digits after the point/],
    ['has a digit too much before it', amount, '123456', /too large/],
    ['has more digits than are kept exactly', reading('number', { digits: 18 }), '1234567890123456', /too large/],
    ['is no day of the calendar', reading('date'), '2026-02-29', /no date/],
    ['is a day with a time', reading('date'), '2026-02-28T00:00:00Z', /no date/],
    ['is a day before those that Salesforce knows', reading('date'), '1066-10-14', /no date/],
    ['is a moment without offset', reading('instant'), '2026-11-21T09:00:00', /no time with its offset/],
    ['is a moment that there is not', reading('instant'), '2026-11-21T25:00:00Z', /no time with its offset/],
    ['is neither yes nor no', reading('boolean'), 'maybe', /neither true nor false/],
    ['is a word of every object', reading('boolean'), 'constructor', /neither true nor false/],
  ])('that %s leaves its field empty, with the reason', (_what, as, text, why) => {
    expect(readText(text, as, null)).toEqual({
      value: as.as === 'boolean' ? false : null,
      misfit: expect.stringMatching(why),
    });
  });

  test('never ends in a crash, nor in a number other than what it says', () => {
    const kinds = [reading('text'), email, picklist, amount, reading('date'), reading('instant'), reading('boolean')];
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.double().map(String), fc.date().map(String)),
        fc.constantFrom(...kinds),
        (text, as) => {
          const { value, misfit } = readText(text, as, 11);
          if (misfit !== null) expect(value).toBe(as.as === 'boolean' ? false : null);
          else if (as.as === 'number') expect(value).toBe(Number(text));
        },
      ),
    );
  });
});

test.each([
  ['reference', /goes? to texts|of type reference/],
  ['currency', /of type currency/],
  ['multipicklist', /of type multipicklist/],
])('a field of type %s takes none', (type, why) => {
  const field: DescribedField = {
    name: 'F__c',
    label: 'F',
    type,
    length: 0,
    precision: 18,
    scale: 2,
    createable: true,
    updateable: true,
    calculated: false,
    restrictedPicklist: false,
    picklistValues: null,
  };
  expect(readingFor(field)).toEqual({ why: expect.stringMatching(why) });
});
