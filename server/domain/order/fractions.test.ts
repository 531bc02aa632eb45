import { expect, test } from 'vitest';
import { deal, line, onSale, orderFacts, PLAN, planOnSale } from '../../../test/support/orderFacts.ts';
import type { DealLine } from './deal.ts';
import { fractionFaults } from './fractions.ts';
import type { ChargeOnSale } from './order.ts';

const textsOf = (more: Partial<DealLine>, charges: readonly ChargeOnSale[], kind: 'Cancel' | null = null): string[] => {
  const plans = new Map([[PLAN, planOnSale({ charges })]]);
  return fractionFaults(orderFacts({ deal: deal({ kind, lines: [line(more)] }), plans })).map(({ text }) => text);
};
const counted = (quantityDigits: number | null): ChargeOnSale => onSale({ quantityDigits });

test.each<[string, string, ChargeOnSale, string[]]>([
  ['whole units', '3', counted(0), []],
  ['whole units that are written with a point', '3.0', counted(null), []],
  ['as many digits as there may be', '2.25', counted(2), []],
  ['what takes no quantity', '2.5', onSale({ model: 'flat', quantityDigits: null }), []],
  [
    'a part of a whole unit',
    '2.5',
    counted(0),
    [
      'Platform: The quantity is 2.5, and Seats is counted in whole units: it would be rounded. Enter one without a fraction.',
    ],
  ],
  [
    'more digits than there may be',
    '2.125',
    counted(2),
    [
      'Platform: The quantity is 2.125, and Seats is counted to 2 digits after the point: it would be rounded. Enter one with fewer digits.',
    ],
  ],
  [
    'what is not told',
    '2.5',
    counted(null),
    [
      'Platform: The quantity is 2.5, and billing does not tell how finely Seats is counted: it would be rounded. Enter one without a fraction.',
    ],
  ],
])('%s', (_what, quantity, charge, expected) => {
  expect(textsOf({ quantity }, [charge])).toEqual(expected);
});

test('what is removed or cancelled has no quantity', () => {
  expect(textsOf({ quantity: '2.5', action: 'Remove' }, [counted(0)])).toEqual([]);
  expect(textsOf({ quantity: '2.5' }, [counted(0)], 'Cancel')).toEqual([]);
});
