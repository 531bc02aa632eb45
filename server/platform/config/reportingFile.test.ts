import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { NO_REPORTING, readReportingFile } from './reportingFile.ts';

const folder = mkdtempSync(join(tmpdir(), 'reporting-'));
const path = join(folder, 'reporting.json');
afterAll(() => rmSync(folder, { recursive: true }));

const read = (content: unknown) => {
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return readReportingFile(path);
};
const conversion = { currency: 'USD', date: '2026-11-01', rates: { EUR: '1.0834' } };
const bands = [
  { name: 'Small', from: '0' },
  { name: 'Enterprise', from: '100000.50' },
  { name: 'Mid-Market', from: '9000' },
];

test('rates and tiers are read, the highest tier first', () => {
  expect(read({ conversion, tiers: { currency: 'USD', bands } })).toEqual({
    reporting: { ...NO_REPORTING, conversion, tiers: { currency: 'USD', bands: [bands[1], bands[2], bands[0]] } },
    faults: [],
  });
});

test('either may be left out', () => {
  expect(read({ conversion }).reporting).toEqual({ ...NO_REPORTING, conversion });
  expect(read({}).reporting).toEqual(NO_REPORTING);
});

test('rules of MRR are read, each by itself; what is not chosen stays as Stripe has it by default', () => {
  expect(NO_REPORTING.mrr).toEqual({ discounts: 'recurring', churn: 'end' });
  expect(read({ mrr: {} }).reporting).toEqual(NO_REPORTING);
  for (const discounts of ['recurring', 'one-time', 'both', 'neither'])
    expect(read({ mrr: { discounts } })).toEqual({
      reporting: { ...NO_REPORTING, mrr: { discounts, churn: 'end' } },
      faults: [],
    });
  expect(read({ mrr: { churn: 'cancellation' } }).reporting.mrr).toEqual({
    discounts: 'recurring',
    churn: 'cancellation',
  });
});

const tiers = (more: object) => ({ tiers: { currency: 'USD', bands, ...more } });
test.each<[string, unknown, string, string]>([
  ['is no JSON', '{', 'REPORTING_FILE', 'The file is not valid JSON.'],
  ['is a list', [], 'REPORTING_FILE', 'expected object'],
  ['has other words', { rates: {} }, 'REPORTING_FILE', 'Unrecognized key: "rates"'],
  [
    'has a rate that is a number',
    { conversion: { ...conversion, rates: { EUR: 1.08 } } },
    'REPORTING_FILE conversion.rates.EUR',
    'in quotes',
  ],
  [
    'has a rate that is no number',
    { conversion: { ...conversion, rates: { EUR: '1,08' } } },
    'REPORTING_FILE conversion.rates.EUR',
    'a decimal number',
  ],
  [
    'has a rate below zero',
    { conversion: { ...conversion, rates: { EUR: '-1' } } },
    'REPORTING_FILE conversion.rates.EUR',
    'a decimal number',
  ],
  [
    'has a rate of zero',
    { conversion: { ...conversion, rates: { EUR: '0.00' } } },
    'REPORTING_FILE conversion.rates.EUR',
    'above 0',
  ],
  [
    'has a rate of no currency',
    { conversion: { ...conversion, rates: { euro: '1' } } },
    'REPORTING_FILE conversion.rates.euro',
    'Invalid key',
  ],
  [
    'has a rate of the target',
    { conversion: { ...conversion, rates: { USD: '1' } } },
    'REPORTING_FILE conversion.rates',
    'must not name the currency',
  ],
  [
    'has no day of the rates',
    { conversion: { currency: 'USD', rates: {} } },
    'REPORTING_FILE conversion.date',
    'a day',
  ],
  [
    'has a day that is none',
    { conversion: { ...conversion, date: '2026-02-30' } },
    'REPORTING_FILE conversion.date',
    'a day',
  ],
  [
    'has tiers in another currency',
    { conversion, ...tiers({ currency: 'EUR' }) },
    'REPORTING_FILE tiers.currency',
    'the currency that amounts are converted to',
  ],
  ['has no tier', tiers({ bands: [] }), 'REPORTING_FILE tiers.bands', 'It is empty.'],
  [
    'has two tiers of a name',
    tiers({ bands: [bands[0], { ...bands[1], name: 'Small' }] }),
    'REPORTING_FILE tiers.bands',
    'the same name',
  ],
  [
    'has two tiers of an ARR',
    tiers({ bands: [bands[0], { name: 'Other', from: '0.00' }] }),
    'REPORTING_FILE tiers.bands',
    'the same ARR',
  ],
  [
    'has a tier from a number',
    tiers({ bands: [{ name: 'Small', from: 0 }] }),
    'REPORTING_FILE tiers.bands[0].from',
    'in quotes',
  ],
  ['has rules of MRR that are a word', { mrr: 'both' }, 'REPORTING_FILE mrr', 'expected object'],
  ['has no rules of MRR where it names them', { mrr: null }, 'REPORTING_FILE mrr', 'expected object'],
  [
    'chooses discounts that there are not',
    { mrr: { discounts: 'once' } },
    'REPORTING_FILE mrr.discounts',
    'It must be "recurring", "one-time", "both" or "neither".',
  ],
  [
    'chooses discounts by yes',
    { mrr: { discounts: true } },
    'REPORTING_FILE mrr.discounts',
    'It must be "recurring", "one-time", "both" or "neither".',
  ],
  [
    'chooses another time of churn',
    { mrr: { churn: 'never' } },
    'REPORTING_FILE mrr.churn',
    'It must be "end" or "cancellation".',
  ],
  [
    'chooses what Stripe lets nobody choose',
    { mrr: { trials: 'count' } },
    'REPORTING_FILE mrr',
    'Unrecognized key: "trials"',
  ],
])('a file that %s is refused with the place', (_what, content, variable, problem) => {
  const { reporting, faults } = read(content);
  expect(reporting).toEqual(NO_REPORTING);
  expect(faults).toMatchObject([{ variable, problem: expect.stringContaining(problem) }]);
});

test('a file that is not there is refused', () => {
  expect(readReportingFile(join(folder, 'none.json')).faults).toMatchObject([{ problem: 'The file cannot be read.' }]);
});
