import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RatePlan } from '../../scripts/demo/seed-zuora.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import type { FieldValue, SRecord } from '../simulators/salesforce/org/types.ts';
import { addMonths, calendarDate, firstOfNextMonth, type CalendarDate } from '../../server/domain/time/calendarDate.ts';
import type { Stack } from './stack.ts';
import { person } from './orgPeople.ts';
import { testFolder } from './postgres.ts';

/** @returns settings of a backend that orders won deals by these rules, with products of billing in the price book Billing */
export function orderSettings(rules: object): Record<string, string> {
  const file = join(testFolder(), 'orders.json');
  writeFileSync(file, JSON.stringify({ mode: 'automatic', connection: 'zuora', ...rules }));
  return { ORDERS_FILE: file, CATALOG_PRICE_BOOK: 'Billing', SALESFORCE_CURRENCY: 'USD' };
}

/** @returns first days of the month after that of the story, and of that one a year later: no test of a later day is another */
export function nextMonth({ stack }: { stack: Pick<Stack, 'clock'> }): {
  starts: CalendarDate;
  aYearLater: CalendarDate;
} {
  const starts = firstOfNextMonth(calendarDate(stack.clock.now().toISOString().slice(0, 10)));
  return { starts, aYearLater: addMonths(starts, 12) };
}

/** What deals sell: a product rate plan of Zuora, or a price of Stripe. */
export type Sold = Pick<RatePlan, 'ratePlanId'> | { priceId: string };

const keyOf = (plan: Sold): string =>
  'priceId' in plan ? `stripe:price:${plan.priceId}` : `zuora:productrateplan:${plan.ratePlanId}`;

export type LineOf = { plan: Sold; quantity: number; price: number; fields?: Record<string, FieldValue> };

/** What people do with deals in the simulated org. */
export function deals(story: { stack: Stack }, who: keyof typeof USERS = 'rep') {
  const { org } = story.stack.org;
  const as = { userId: org.userNamed(USERS[who])!.Id, origin: '', allOrNone: true };
  function insert(object: string, fields: Record<string, FieldValue>, options = as): string {
    const [result] = org.insert(object, [fields], options);
    if (!result?.success) throw new Error(JSON.stringify(result?.errors));
    return result.id!;
  }
  const priceBook = () => org.all('Pricebook2').find((one) => one['Name'] === 'Billing')!.Id;
  const entryOf = (plan: Sold): string =>
    org.all('PricebookEntry').find((one) => one['Billing_Key__c'] === `${keyOf(plan)}:${priceBook()}`)!.Id;

  const addLine = (dealId: string, { plan, quantity, price, fields = {} }: LineOf): string =>
    insert('OpportunityLineItem', {
      OpportunityId: dealId,
      PricebookEntryId: entryOf(plan),
      Quantity: quantity,
      UnitPrice: price,
      ...fields,
    });

  return {
    makePriceBook: () =>
      insert('Pricebook2', { Name: 'Billing', IsActive: true }, { ...as, userId: person(story.stack).userId }),
    hasProduct: (plan: Sold): boolean =>
      org
        .all('PricebookEntry')
        .some(
          (one) =>
            String(one['Billing_Key__c']).startsWith(`${keyOf(plan)}:`) &&
            one['Pricebook2Id'] === priceBook() &&
            one['IsActive'] === true,
        ),
    /** @returns id of a deal that is not won yet */
    open(accountId: string, lines: readonly LineOf[], fields: Record<string, FieldValue> = {}): string {
      const id = insert('Opportunity', {
        Name: 'New business',
        AccountId: accountId,
        StageName: 'Prospecting',
        CloseDate: story.stack.clock.now().toISOString().slice(0, 10),
        Pricebook2Id: priceBook(),
        Billing_Term_Months__c: 12,
        ...fields,
      });
      for (const line of lines) addLine(id, line);
      return id;
    },
    addLine,
    edit: (id: string, fields: Record<string, FieldValue>) => person(story.stack, who).edit('Opportunity', id, fields),
    editLine: (id: string, fields: Record<string, FieldValue>) =>
      person(story.stack, who).edit('OpportunityLineItem', id, fields),
    win: (id: string) => person(story.stack, who).edit('Opportunity', id, { StageName: 'Closed Won' }),
    deal: (id: string): SRecord => org.get('Opportunity', id)!,
    order: (id: string): SRecord | undefined => org.all('Billing_Order__c').find((one) => one['Opportunity__c'] === id),
  };
}
