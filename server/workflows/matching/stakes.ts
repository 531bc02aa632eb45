import { deriveAccount } from '../../domain/account/deriveAccount.ts';
import { factsOf, type BillingObject } from '../../domain/account/facts.ts';
import type { Reporting } from '../../domain/account/reporting.ts';
import type { CalendarDate } from '../../domain/time/calendarDate.ts';
import type { Stakes } from '../ports/matching.ts';

/**
 * @param objects everything of one billing account
 * @param reporting as it is chosen for the figures of Accounts
 */
export function stakesOf(
  objects: readonly BillingObject[],
  today: CalendarDate,
  timeZone: string,
  reporting?: Reporting,
): Stakes {
  const { balances, mainCurrency } = deriveAccount('', factsOf(objects), today, timeZone, reporting);
  return { balances, mainCurrency, everBilled: objects.some(({ kind }) => kind !== 'account') };
}
