import { invalid } from '../protocol/errors.ts';
import type { Subscription } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { itemsOf } from './items.ts';
import { periodEnd } from './periods.ts';

/** Plans or takes back the end of a subscription; inside of a change of it. */
export function setCancellation(
  world: World,
  one: Subscription,
  params: { cancel_at?: number | 'min_period_end' | 'max_period_end' | null; cancel_at_period_end?: boolean },
): void {
  if (params.cancel_at !== undefined && params.cancel_at_period_end !== undefined)
    throw invalid('You can only set one of cancel_at and cancel_at_period_end.', 'cancel_at');
  const wanted = params.cancel_at;
  if (params.cancel_at_period_end !== undefined) {
    one.cancel_at_period_end = params.cancel_at_period_end;
    one.cancel_at = params.cancel_at_period_end ? periodEnd(world, one) : null;
  } else if (wanted !== undefined) {
    one.cancel_at = typeof wanted === 'string' ? namedEnd(world, one, wanted) : wanted;
    if (typeof wanted === 'number' && wanted <= world.now())
      throw invalid('Invalid timestamp: cancel_at must be in the future.', 'cancel_at');
    one.cancel_at_period_end = false;
  } else return;
  one.canceled_at = one.cancel_at === null ? null : world.now();
  one.cancellation_details = {
    comment: null,
    feedback: null,
    feedback_option: null,
    reason: one.cancel_at === null ? null : 'cancellation_requested',
  };
}

function namedEnd(world: World, one: Subscription, wanted: 'min_period_end' | 'max_period_end'): number {
  if (one.billing_mode.type === 'classic')
    throw invalid(`\`cancel_at=${wanted}\` requires \`billing_mode=flexible\`.`, 'cancel_at');
  const ends = itemsOf(world, one).map((item) => item.current_period_end);
  return wanted === 'min_period_end' ? Math.min(...ends) : Math.max(...ends);
}
