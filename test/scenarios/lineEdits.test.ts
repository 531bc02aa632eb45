import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { RatePlan } from '../../scripts/demo/seed-zuora.ts';
import { addMonths } from '../../server/domain/time/calendarDate.ts';
import { startBackend } from '../support/backend.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { deals, nextMonth, orderSettings } from '../support/orders.ts';
import { settled } from '../support/settled.ts';

/** What people change in the products of a won deal, and of the deal nothing: neither it nor its change events say so. */

const WITHIN = { timeout: 15_000, interval: 50 };

let story: Story;
let sales: ReturnType<typeof deals>;
let plan: RatePlan;

beforeAll(async () => {
  story = await beginStory({ tls: true, env: { SWEEP_SECONDS: '1' } });
  sales = deals(story);
  sales.makePriceBook();
  await story.stack.backend.stop();
  story.stack.backend = await startBackend({ ...story.stack.env, ...orderSettings({}) });
  plan = await story.zuora.ratePlan('Platform Team', 'USD', [
    { name: 'Seats', kind: 'perUnit', price: '25', period: 'Month' },
  ]);
  await vi.waitUntil(() => sales.hasProduct(plan), WITHIN);
}, 180_000);
afterAll(() => story.end());

it('a product that is mended is seen by the sweep and ordered, and one that is changed afterwards is a discrepancy', async () => {
  const accountId = await story.account('Acme');
  await story.zuora.account('Acme', 'USD', accountId);
  await settled(story.stack);
  const { starts } = nextMonth(story);
  const id = sales.open(
    accountId,
    [{ plan, quantity: 3, price: 25, fields: { Billing_Charge_Number__c: 'C-99999999' } }],
    { Billing_Start_Date__c: starts },
  );
  sales.win(id);
  await vi.waitUntil(() => sales.order(id)?.['State__c'] === 'Not Ready', WITHIN);
  const [line] = story.stack.org.org.all('OpportunityLineItem').filter((one) => one['OpportunityId'] === id);
  sales.editLine(line!.Id, { Billing_Charge_Number__c: null });
  await vi.waitUntil(() => sales.order(id)?.['State__c'] === 'Ordered', WITHIN);
  await settled(story.stack);
  expect(sales.order(id)!['Message__c']).toBeNull();

  sales.editLine(line!.Id, { Billing_End_Date__c: addMonths(starts, 6) });
  await vi.waitUntil(() => String(sales.order(id)!['Message__c']).includes('was changed after'), WITHIN);
  const discrepancies = () =>
    story.stack.org.org.all('Billing_Discrepancy__c').filter((one) => String(one['Key__c']).includes(id));
  await vi.waitUntil(() => discrepancies().length === 1, WITHIN);
  sales.editLine(line!.Id, { Billing_End_Date__c: null });
  await vi.waitUntil(() => sales.order(id)!['Message__c'] === null, WITHIN);
}, 120_000);
