import { expect, test } from 'vitest';
import * as sample from '../../../../test/support/billingObjects.ts';
import { deriveAccount } from '../../../domain/account/deriveAccount.ts';
import { factsOf } from '../../../domain/account/facts.ts';
import { NO_REPORTING } from '../../../domain/account/reporting.ts';
import { calendarDate } from '../../../domain/time/calendarDate.ts';
import type { MappedField } from '../../../workflows/ports/orgMapping.ts';
import { withMapped } from './apply.ts';
import { billingTexts } from './billingFields.ts';

const day = calendarDate('2026-11-21');
const conversion = { currency: 'EUR', on: day, rates: { USD: '0.5' } };
const view = deriveAccount('001000000000001AAA', factsOf([sample.subscription()]), day, 'UTC', {
  ...NO_REPORTING,
  conversion,
});
const row = { object: 'Account', key: view.accountId, fields: {}, parents: {} };
const field = (source: string, currency: string | null): MappedField => ({
  object: 'Account',
  source,
  target: 'ARR__c',
  overwrite: true,
  length: null,
  reading: null,
  currency,
});

test.each([
  ['arr', 'USD', 12_000],
  ['arr', 'EUR', null],
  ['arr', null, 12_000],
  ['arrConverted', 'EUR', 6000],
  ['arrConverted', 'USD', null],
])('%s goes to a field in %s as %s: no amount stands in another currency than its own', (source, currency, value) => {
  expect(withMapped(row, [field(source, currency)], { view, texts: billingTexts(view) }).fields).toEqual({
    ARR__c: value,
  });
});
