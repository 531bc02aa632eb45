import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { assign, connectActions, orgSecret } from '../../scripts/demo/actions.ts';
import type { RatePlan } from '../../scripts/demo/seed-zuora.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { TestClient } from '../simulators/zuora/testClient.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { deals, nextMonth, orderSettings } from '../support/orders.ts';
import { person } from '../support/orgPeople.ts';
import { settled } from '../support/settled.ts';
import { launchBrowser, openPage, type OpenPage } from './browser.ts';
import { answered } from './panelStates.ts';

/** What a seller sees on the page of an Opportunity that he wins, from his click to the order in Zuora. */

const ORDER = '[data-id=order]';

let story: Story;
let browser: Browser;
let sales: ReturnType<typeof deals>;
let plan: RatePlan;
let accountId: string;
let number: string;

beforeAll(async () => {
  story = await beginStory({ tls: true, pagesAtStart: true, env: { SWEEP_SECONDS: '3600' } });
  browser = await launchBrowser();
  await connectActions(story.stack, story.stack.backend.url, await orgSecret(story.stack, null));
  await assign(story.stack, USERS.rep);
  sales = deals(story);
  sales.makePriceBook();
  plan = await story.zuora.ratePlan('Platform Team', 'USD', [
    { name: 'Seats', kind: 'perUnit', price: '25', period: 'Month' },
  ]);
  accountId = await story.account('Acme');
  number = await story.zuora.account('Acme', 'USD', accountId);
  await story.stack.restart({ ...story.stack.env, ...orderSettings({}) });
  await vi.waitUntil(() => sales.hasProduct(plan), { timeout: 30_000, interval: 50 });
  await settled(story.stack);
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await story?.end();
});

/** An ordinary user's page of a deal. */
async function open(id: string): Promise<OpenPage> {
  const opened = await openPage(browser, `${story.stack.org.url}/lightning/r/Opportunity/${id}/view?as=${USERS.rep}`);
  await answered(opened.page);
  return opened;
}

const wordsOf = async (page: Page, part: string) => (await page.locator(part).first().innerText()).replace(/\s+/g, ' ');

async function setStage(page: Page, stage: string): Promise<void> {
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('combobox', { name: 'Stage' }).click();
  await page.getByRole('option', { name: stage }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Edit' }).waitFor();
}

async function ordersOf(id: string): Promise<string[]> {
  const zuora = await new TestClient(story.stack.zuora).signIn();
  const { body } = await zuora.call('GET', `/v1/orders/invoiceOwner/${number}?pageSize=40`);
  const all = body.orders as unknown as { orderNumber: string }[];
  return all.map(({ orderNumber }) => orderNumber).filter((one) => one.includes(id));
}

it('a seller wins a deal on its page, and sees its order with number and figures come, without a reload', async () => {
  const id = sales.open(accountId, [{ plan, quantity: 60, price: 19.99 }]);
  const { page, problems, close } = await open(id);
  expect(await page.locator(ORDER).count()).toBe(0);
  await setStage(page, 'Closed Won');
  await page.locator(ORDER).getByText(`SF-${id}`).first().waitFor({ timeout: 30_000 });
  const order = await wordsOf(page, ORDER);
  expect(order).toMatch(/Status Ordered/);
  expect(order).toContain(`Number SF-${id}`);
  // 60 × 19.99, and twelve months of it.
  expect(order).toContain('MRR $ 1,199.40');
  expect(order).toContain('ARR $ 14,392.80');
  expect(order).toContain('TCV $ 14,392.80');
  expect(order).toContain('Platform Team (Seats: 60 at USD 19.99 a month)');
  expect(order).toMatch(/Worked out on \d+ \w+ \d{4}, \d\d:\d\d\./);
  expect(await ordersOf(id)).toEqual([`SF-${id}`]);
  await settled(story.stack);
  const field = page.locator('[data-region=sidebar]').getByText(`SF-${id}`).first();
  await expect.poll(() => field.count(), { timeout: 20_000 }).toBe(1);
  expect(problems()).toEqual([]);
  await close();
}, 120_000);

it('a seller presses “Preview order”, reads what would be ordered, and finds it on the panel', async () => {
  const id = sales.open(accountId, [{ plan, quantity: 8, price: 25 }], {
    Billing_Start_Date__c: nextMonth(story).starts,
  });
  const { page, problems, close } = await open(id);
  const panel = page.locator('[data-region=main]');
  await panel.getByRole('button', { name: 'Preview order', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Preview order' });
  await dialog.getByText('Nothing is ordered yet.').waitFor();
  expect(await dialog.innerText()).toContain('Platform Team (Seats: 8 at USD 25 a month)');
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
  await dialog.waitFor({ state: 'detached' });
  await panel.getByRole('status').getByText('Nothing is ordered yet.').waitFor();
  await page.locator(ORDER).getByRole('heading', { name: 'Order preview' }).waitFor({ timeout: 30_000 });
  const order = await wordsOf(page, ORDER);
  expect(order).toContain('Nothing is ordered by a preview.');
  expect(order).toMatch(/Status Ready .*MRR \$ 200\.00 .*TCV \$ 2,400\.00 .*First invoice \$ 200\.00/);
  expect(order).toMatch(/Worked out on \d+ \w+ \d{4}, \d\d:\d\d\./);
  expect(await ordersOf(id)).toEqual([]);
  expect(problems()).toEqual([]);
  await close();
}, 120_000);

it('the quick action of the page says what to do about a deal that cannot be ordered as it is', async () => {
  const id = sales.open(accountId, [{ plan, quantity: 8, price: 25 }], { Billing_Term_Months__c: null });
  const { page, problems, close } = await open(id);
  await page.locator('[data-region=header]').getByRole('button', { name: 'Preview order' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Preview order' });
  await dialog.getByText('Enter the term of the opportunity.').waitFor();
  expect(problems()).toEqual([]);
  await close();
}, 120_000);

it('a seller wins a deal with a product that billing does not sell, reads what to do, mends it and sees it ordered', async () => {
  const { org } = story.stack.org;
  const admin = { userId: person(story.stack).userId };
  const made = (object: string, fields: Record<string, string | number | boolean>) =>
    org.insert(object, [{ IsActive: true, ...fields }], admin)[0]!.id!;
  const books = org.all('Pricebook2');
  const workshop = made('Product2', { Name: 'Onboarding workshop' });
  const [, entry] = ['Standard Price Book', 'Billing'].map((name) =>
    made('PricebookEntry', {
      Product2Id: workshop,
      Pricebook2Id: books.find((book) => book['Name'] === name)!.Id,
      UnitPrice: 5000,
    }),
  );
  const id = sales.open(accountId, [{ plan, quantity: 5, price: 25 }]);
  const rep = { userId: person(story.stack, 'rep').userId };
  const line = { OpportunityId: id, PricebookEntryId: entry!, Quantity: 1, UnitPrice: 5000 };
  const lineId = org.insert('OpportunityLineItem', [line], rep)[0]!.id!;
  const { page, problems, close } = await open(id);
  await setStage(page, 'Closed Won');
  const fault = page.locator(`${ORDER} li[data-state=fault]`);
  await fault.first().waitFor({ timeout: 30_000 });
  expect(await fault.allInnerTexts()).toEqual([expect.stringContaining('Onboarding workshop')]);
  expect(await wordsOf(page, ORDER)).toContain('Status Not ready');
  expect(await ordersOf(id)).toEqual([]);
  person(story.stack, 'rep').remove('OpportunityLineItem', lineId);
  sales.edit(id, { Description: 'Without the workshop' });
  await vi.waitUntil(() => sales.order(id)?.['State__c'] === 'Ordered', { timeout: 30_000, interval: 50 });
  await page.reload();
  await page.locator(ORDER).getByText(`SF-${id}`).first().waitFor();
  expect(await fault.count()).toBe(0);
  expect(problems()).toEqual([]);
  await close();
}, 120_000);
