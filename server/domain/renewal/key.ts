import type { Subscription } from '../subscription/subscription.ts';
import { calendarDate, type CalendarDate } from '../time/calendarDate.ts';

/** What a deal of a group renews: what a billing account has in a currency. */
export type RenewedGroup = { billingAccountKey: string; currency: string };

/** What the key of a renewal deal says: the first day of the next term, and of what; `group` is null for one subscription. */
export type RenewalKey = { on: CalendarDate; of: string; group: RenewedGroup | null };

const KEY =
  /^(?<of>[^:]+:(?:subscription|(?<account>account)):.+):renewal:(?<on>\d{4}-\d{2}-\d{2})(?::(?<currency>[A-Z]{3}))?$/;

/** @returns null for the key of any other deal */
export function renewalOfKey(key: string): RenewalKey | null {
  const { of, account, on, currency } = KEY.exec(key)?.groups ?? {};
  if (of === undefined || on === undefined) return null;
  const group = account === undefined ? null : { billingAccountKey: of, currency: currency ?? '' };
  return { on: calendarDate(on), of, group };
}

export const renewalKeyOf = ({ key }: Pick<Subscription, 'key'>, on: CalendarDate): string => `${key}:renewal:${on}`;

export const groupKeyOf = (
  { billingAccountKey, currency }: Pick<Subscription, 'billingAccountKey' | 'currency'>,
  on: CalendarDate,
): string => `${billingAccountKey}:renewal:${on}:${currency}`;

/**
 * Whether a deal of a group is, or was, about a subscription: what is canceled, or has another term by now, is known by the
 * charges that the lines of the deal name.
 */
export const isMember =
  (group: RenewedGroup, on: CalendarDate, lines: readonly { chargeNumber: string | null }[]) =>
  (subscription: Subscription): boolean =>
    isOfGroup(subscription, group, on) ||
    subscription.charges.some(({ number }) => lines.some(({ chargeNumber }) => chargeNumber === number));

/** Whether a subscription is of a group, and a term of it ends, or ended, on the day before. */
export function isOfGroup(
  { billingAccountKey, currency, startsOn, termStartsOn, termEndsOn }: Subscription,
  group: RenewedGroup,
  on: CalendarDate,
): boolean {
  const turns = termEndsOn === on || (termStartsOn === on && startsOn !== null && startsOn < on);
  return turns && billingAccountKey === group.billingAccountKey && currency === group.currency;
}
