import { invalid } from '../protocol/errors.ts';
import { required } from '../protocol/params.ts';
import type { Price } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { wholePeriod } from './periods.ts';
import type { CreateParams } from './subscriptionParams.ts';

const daySeconds = 86_400;

/** When the trial that is asked for ends; null for none. */
export function trialEnd(world: World, params: CreateParams): number | null {
  if (params.trial_end !== undefined && params.trial_period_days !== undefined)
    throw invalid('You can only set one of trial_end and trial_period_days.', 'trial_end');
  if (params.trial_end === 'now') return null;
  if (params.trial_end !== undefined) {
    if (params.trial_end <= world.now())
      throw invalid('Invalid timestamp: trial_end must be in the future.', 'trial_end');
    return params.trial_end;
  }
  return params.trial_period_days ? world.now() + params.trial_period_days * daySeconds : null;
}

/** The next instant that has the parts that are given (Stripe docs, "Billing cycle"); the rest is as it is now. */
function anchorBy(world: World, config: NonNullable<CreateParams['billing_cycle_anchor_config']>): number {
  const now = new Date(world.now() * 1000);
  const day = required(config.day_of_month, 'billing_cycle_anchor_config[day_of_month]');
  if (day < 1 || day > 31)
    throw invalid('day_of_month must be between 1 and 31.', 'billing_cycle_anchor_config[day_of_month]');
  const time = [
    config.hour ?? now.getUTCHours(),
    config.minute ?? now.getUTCMinutes(),
    config.second ?? now.getUTCSeconds(),
  ] as const;
  for (let ahead = 0; ; ahead++) {
    const month = now.getUTCMonth() + ahead;
    const last = new Date(Date.UTC(now.getUTCFullYear(), month + 1, 0)).getUTCDate();
    const at = new Date(Date.UTC(now.getUTCFullYear(), month, Math.min(day, last), ...time));
    if (at > now && (config.month === undefined || at.getUTCMonth() + 1 === config.month)) return at.getTime() / 1000;
    if (ahead > 12) throw invalid('Invalid billing_cycle_anchor_config.', 'billing_cycle_anchor_config');
  }
}

/** @throws 400 when the anchor is not ahead of now and within one interval of the shortest price */
export function anchorOf(world: World, params: CreateParams, prices: readonly Price[]): number {
  const now = world.now();
  if (params.billing_cycle_anchor_config) return anchorBy(world, params.billing_cycle_anchor_config);
  const anchor = params.billing_cycle_anchor ?? now;
  if (anchor < now) throw invalid('billing_cycle_anchor cannot be in the past.', 'billing_cycle_anchor');
  const natural = Math.min(...prices.map((price) => wholePeriod({ price }, now, now).end));
  if (anchor > natural)
    throw invalid(
      'billing_cycle_anchor cannot be later than next natural billing date for plan.',
      'billing_cycle_anchor',
    );
  return anchor;
}
