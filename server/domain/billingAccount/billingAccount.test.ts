import { expect, test } from 'vitest';
import { keyOf, partsOf } from './key.ts';
import { accountIdFrom } from './salesforceId.ts';

test.each([
  ['001000000000001AAA', '001000000000001AAA'],
  ['001000000000001', '001000000000001AAA'],
  [' 0015g00000ABcDe ', '0015g00000ABcDeAAL'],
  // The check characters do not fit: letters were changed in size on the way.
  ['0015g00000abcdeAAL', null],
  ['003000000000001AAA', null],
  ['0010000000', null],
  ['', null],
  [null, null],
])('%s names the Account %s', (text, id) => {
  expect(accountIdFrom(text)).toBe(id);
});

test('a key keeps colons in its id', () => {
  expect(partsOf(keyOf('zuora', 'usage', 'C-1:2026-11-01'))).toEqual({
    connection: 'zuora',
    kind: 'usage',
    id: 'C-1:2026-11-01',
  });
  expect(() => partsOf('nothing')).toThrow('key_invalid');
});
