import { exact } from '../money/decimal.ts';
import type { Charge } from '../subscription/charge.ts';
import { chargesOn, type Subscription } from '../subscription/subscription.ts';
import { addDays, type CalendarDate } from '../time/calendarDate.ts';
import type { ChangedItem, SubscriptionChange } from './change.ts';

/** A part of a subscription as people call it, with what was done to it. */
export type NamedItem = Pick<ChangedItem, 'before' | 'after' | 'was'> & { name: string; unit: string | null };

/** What an action of an order does to charges: by this it is known which segments it has made. */
const EFFECTS: Readonly<Record<string, readonly ChangedItem['was'][]>> = {
  Created: ['added'],
  'Product Added': ['added'],
  'Product Removed': ['removed'],
  'Product Updated': ['kept'],
  'Plan Changed': ['added', 'removed'],
  Upgrade: ['added', 'removed'],
  Downgrade: ['added', 'removed'],
  Renewed: ['kept'],
  Resumed: ['added'],
  Paused: ['removed'],
  Canceled: ['removed'],
  'Cancellation Booked': ['removed'],
};

/** What is no longer there, and whose price has no name. */
export const A_PRODUCT = 'a product';

export function isSameQuantity(a: string, b: string): boolean {
  return exact(a).equals(exact(b));
}

/** @returns such as `Platform from 20 to 35 seats`, `Platform (3 seats)` or `Platform` */
export function itemInWords({ name, before, after, unit }: NamedItem): string {
  // Zuora's word for things that are simply counted.
  const units = unit === null || unit === 'Each' ? '' : ` ${unit}`;
  if (before !== null && after !== null && !isSameQuantity(before, after))
    return `${name} from ${before} to ${after}${units}`;
  const quantity = before ?? after;
  return quantity === null || isSameQuantity(quantity, '1') ? name : `${name} (${quantity}${units})`;
}

/** @returns whether there is more or less of everything; null when neither, or a mixture */
export function directionOf(items: readonly NamedItem[]): 'up' | 'down' | null {
  const steps = items.flatMap(({ before, after }) =>
    before === null || after === null || isSameQuantity(before, after) ? [] : [exact(after).gt(exact(before))],
  );
  if (steps.length === 0 || steps.some((step) => step !== steps[0])) return null;
  return steps[0] === true ? 'up' : 'down';
}

/** What came, went or has another quantity from a day on, of charges that bill anything; a plan of many is named once. */
function changedOn(subscription: Subscription, on: CalendarDate): NamedItem[] {
  const inForce = (day: CalendarDate): Map<string, Charge> =>
    new Map(
      chargesOn(subscription, day)
        .filter(({ model }) => model !== 'discount')
        .map((charge) => [charge.number, charge]),
    );
  const [before, after] = [inForce(addDays(on, -1)), inForce(on)];
  const items: NamedItem[] = [];
  const plans = (was: 'added' | 'removed', charges: readonly Charge[]): void => {
    for (const [name, own] of Map.groupBy(charges, ({ plan }) => plan)) {
      const [only] = own.length === 1 ? own : [];
      const quantity = only?.quantity ?? null;
      const sides = was === 'added' ? { before: null, after: quantity } : { before: quantity, after: null };
      items.push({ name, unit: only?.unit ?? null, was, ...sides });
    }
  };
  plans(
    'removed',
    [...before.values()].filter(({ number }) => !after.has(number)),
  );
  plans(
    'added',
    [...after.values()].filter(({ number }) => !before.has(number)),
  );
  for (const { number, name, unit, quantity } of after.values()) {
    const was = before.get(number)?.quantity ?? null;
    if (was !== null && quantity !== null && !isSameQuantity(was, quantity))
      items.push({ name, unit, was: 'kept', before: was, after: quantity });
  }
  return items;
}

/**
 * The items of a change as people call them. Of an order they are read from the segments that begin and end on its day,
 * where no other change of that day can have made them.
 * @param others what else was done to the same subscription with effect from the same day
 */
export function itemsOf(
  change: SubscriptionChange,
  subscription: Subscription | null,
  on: CalendarDate,
  others: readonly SubscriptionChange[],
): NamedItem[] {
  if (subscription === null) return [];
  if (change.order === null)
    return change.items.map(({ productId, priceName, before, after, was }) => {
      const charge = subscription.charges.find((one) => one.productId === productId);
      return { name: charge?.plan ?? priceName ?? A_PRODUCT, unit: charge?.unit ?? null, before, after, was };
    });
  const isOwn = (effect: ChangedItem['was']): boolean =>
    (EFFECTS[change.what] ?? []).includes(effect) && !others.some(({ what }) => (EFFECTS[what] ?? []).includes(effect));
  return changedOn(subscription, on).filter(({ was }) => isOwn(was));
}
