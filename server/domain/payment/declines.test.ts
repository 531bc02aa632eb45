import { expect, test } from 'vitest';
import { declineMeaning, shownDeclineCode } from './declines.ts';

test.each([
  ['insufficient_funds', null, /not enough money/],
  ['51', null, /not enough money/],
  ['expired_card', null, /expired/],
  ['authentication_required', null, /confirm/],
  ['2010', 'Card Issuer Declined CVV', /security code/],
  ['GW-17', 'Insufficient Funds (51)', /not enough money/],
  [null, null, /without saying why/],
  ['something_new', 'what is this', /without saying why/],
])('%s %s', (code, text, meaning) => {
  expect(declineMeaning(code, text)).toMatch(meaning);
});

test.each([
  'fraudulent',
  'stolen_card',
  'lost_card',
  'pickup_card',
  'merchant_blacklist',
  'highest_risk_level',
  '43',
  '59',
])('nobody is told of %s', (code) => {
  expect(shownDeclineCode(code)).toBe('generic_decline');
  expect(declineMeaning(code, null)).toBe(declineMeaning('generic_decline', null));
});

test('other codes are shown as they are', () => {
  expect(shownDeclineCode('insufficient_funds')).toBe('insufficient_funds');
});
