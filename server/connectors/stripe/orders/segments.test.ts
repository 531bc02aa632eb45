import { expect, test } from 'vitest';
import type { ChargeOverride, OrderAction } from '../../../domain/order/order.ts';
import { calendarDate } from '../../../domain/time/calendarDate.ts';
import { segmentsOf } from './segments.ts';

const override = { charge: 'price_1', kind: 'recurring', model: 'perUnit', quantity: '5', price: null } as const;
const adding = (more: Partial<ChargeOverride>): { actions: readonly OrderAction[] } => ({
  actions: [
    {
      type: 'AddProduct',
      startsOn: calendarDate('2026-12-01'),
      plan: { lineId: '00k000000000001AAA', planId: 'price_1', charges: [{ ...override, ...more }] },
    },
  ],
});

test('a price of a unit is sold, and prices of tiers and of what is metered are not sold as something else', () => {
  expect(segmentsOf(adding({ price: '19' }))).toMatchObject([{ price: '19', quantity: '5' }]);
  const tiers = [{ upTo: null, unitPrice: '8', flatAmount: '0' }];
  for (const more of [{ model: 'volume', tiers } as const, { kind: 'usage', price: '2' } as const])
    expect(() => segmentsOf(adding(more))).toThrow(/prices of its catalog alone/);
});
