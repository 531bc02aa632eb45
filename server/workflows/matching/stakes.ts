import { deriveAccount } from '../../domain/account/deriveAccount.ts';
import { factsOf, type BillingObject } from '../../domain/account/facts.ts';
import type { CalendarDate } from '../../domain/time/calendarDate.ts';
import type { Stakes } from '../ports/matching.ts';

/** @param objects everything of one billing account */
export function stakesOf(objects: readonly BillingObject[], today: CalendarDate, timeZone: string): Stakes {
  const { balances, mainCurrency } = deriveAccount('', factsOf(objects), today, timeZone);
  return { balances, mainCurrency, everBilled: objects.some(({ kind }) => kind !== 'account') };
}
