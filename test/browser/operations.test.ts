import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { assign } from '../../scripts/demo/actions.ts';
import { deployRule, RULE_MESSAGE } from '../../scripts/demo/rule.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { settled } from '../support/settled.ts';
import { launchBrowser, openPage, type OpenPage } from './browser.ts';
import { violations } from './checks.ts';

/** Pages of Billing operations, by their layouts: Olive works there, Riley only looks at billing. */

const WITHIN = { timeout: 30_000, interval: 50 };
const FAILURE = 'Billing_Sync_Failure__c';

let story: Story;
let browser: Browser;
let account: string;
let subscription: string;
const org = () => story.stack.org.org;
const failure = () =>
  org()
    .all(FAILURE)
    .find((row) => row['Source_Id__c'] === subscription);
const requests = () => org().all('Billing_Request__c');
const link = () => org().all('Billing_Link__c')[0];

/** The pages are built anew after each deploy, which the first visitor would wait for. */
async function rule(active: boolean): Promise<void> {
  await deployRule(story.stack, active);
  await fetch(story.stack.org.url);
}

beforeAll(async () => {
  story = await beginStory({ env: { SWEEP_SECONDS: '1' } });
  await assign(story.stack, USERS.otherRep, ['Billing_Operations']);
  await assign(story.stack, USERS.rep, ['Billing_Viewer']);
  const price = await story.stripe.price({ name: 'Growth', amountMinor: 20_000, currency: 'usd' });
  account = await story.account('ACME');
  await rule(true);
  const customer = await story.stripe.customer('ACME', account);
  subscription = (await story.stripe.subscribe(customer, [{ price, quantity: 1 }])).id;
  await story.stripe.subscribe(await story.stripe.customer('Nobody knows', null), [{ price, quantity: 1 }]);
  await vi.waitUntil(() => failure() !== undefined && link() !== undefined, WITHIN);
  await settled(story.stack);
  browser = await launchBrowser();
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await story?.end();
});

const open = (who: keyof typeof USERS, path: string): Promise<OpenPage> =>
  openPage(browser, `${story.stack.org.url}${path}${path.includes('?') ? '&' : '?'}as=${USERS[who]}`);
const recordPage = () => `/lightning/r/${FAILURE}/${failure()!.Id}/view`;
/** The value beside a label of the details. */
const detail = (page: Page, label: string) =>
  page
    .locator('[data-region=main] dl > div')
    .filter({ has: page.locator('dt', { hasText: new RegExp(`^${label}$`) }) })
    .locator('dd');

async function tryAgain(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Try again' }).click();
  const dialog = page.getByRole('dialog', { name: 'Try again' });
  await dialog.getByText(/^It is tried again as soon as/).waitFor();
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
  await dialog.waitFor({ state: 'detached' });
}

it('is found in the list and says what failed, why, and what to do, in the sections of its layout', async () => {
  const { page, problems, close } = await open('otherRep', `/lightning/o/${FAILURE}/list?filterName=Open`);
  await page.getByRole('link', { name: `Billing Subscription ${subscription}` }).click();
  await page.getByRole('heading', { name: `Billing Subscription ${subscription}` }).waitFor();
  expect(await page.locator('[data-region=main] h3').allTextContents()).toEqual([
    ...['What failed', 'How often', 'Where', 'For the integration'],
  ]);
  expect(await detail(page, 'Reason').textContent()).toBe(RULE_MESSAGE);
  expect(await detail(page, 'What To Do').textContent()).toMatch(
    /^A validation rule of the org .* choose Try again\.$/,
  );
  expect(await page.locator('[data-region=header]').getByRole('button').allTextContents()).toEqual(['Try again']);
  expect(await violations(page.locator('main'))).toEqual([]);
  expect(problems()).toEqual([]);
  await close();
});

it('stays open when it is tried in vain, and the page lists who asked and what came of it', async () => {
  const { page, problems, close } = await open('otherRep', recordPage());
  await tryAgain(page);
  await vi.waitUntil(() => failure()!['Times__c'] === 2, WITHIN);
  await vi.waitUntil(() => requests()[0]!['State__c'] === 'Done', WITHIN);
  await page.reload();
  const asked = page.getByRole('table', { name: 'Billing Requests' });
  await asked.getByText(/^It is tried now\./).waitFor();
  expect(await detail(page, 'State').textContent()).toBe('Open');
  expect(await detail(page, 'Times').textContent()).toBe('2');
  await asked.getByRole('link', { name: String(requests()[0]!['Name']) }).click();
  await page.getByRole('heading', { name: String(requests()[0]!['Name']) }).waitFor();
  expect(await detail(page, 'Created By').textContent()).toBe('Olive Other');
  await detail(page, 'Sync Failure')
    .getByRole('link', { name: `Billing Subscription ${subscription}` })
    .waitFor();
  expect(problems()).toEqual([]);
  await close();
});

it('is resolved by itself once the cause is repaired and it was tried', async () => {
  await rule(false);
  const { page, problems, close } = await open('otherRep', recordPage());
  await tryAgain(page);
  await vi.waitUntil(() => failure()!['State__c'] === 'Resolved', WITHIN);
  expect(story.rows('Billing_Subscription__c', account).map((row) => row['MRR__c'])).toEqual([200]);
  await page.reload();
  await expect.poll(() => detail(page, 'State').textContent()).toBe('Resolved');
  expect(await detail(page, 'What To Do').textContent()).toMatch(/^Nothing: it works again/);
  expect(problems()).toEqual([]);
  await close();
}, 90_000);

it('is not there for whoever only looks at billing: no tab, no list, no record, no button', async () => {
  const record = await open('rep', recordPage());
  await record.page.getByText("You don't have access to this record.").waitFor();
  expect(await record.page.getByRole('button').allTextContents()).toEqual([]);
  const tabs = await record.page.getByRole('navigation', { name: 'Tabs' }).getByRole('link').allTextContents();
  expect(tabs).toContain('Billing Invoices');
  expect(tabs).not.toContain('Billing Sync Failures');
  await record.close();
  const list = await open('rep', `/lightning/o/${FAILURE}/list?filterName=Open`);
  await list.page.getByText("This page isn't available or you don't have access to it.").waitFor();
  await list.close();
});

it('lets operations say that a customer is to have no Account, and changes nothing else', async () => {
  const { page, problems, close } = await open('otherRep', `/lightning/r/Billing_Link__c/${link()!.Id}/view`);
  await page.getByRole('heading', { name: 'Nobody knows' }).waitFor();
  expect(await page.locator('[data-region=main] h3').allTextContents()).toEqual([
    ...['Which Account', 'Who it may be', 'The customer in billing', 'At stake', 'For the integration'],
  ]);
  await expect.poll(() => detail(page, 'State').textContent()).toBe('Waiting');
  await page.getByRole('button', { name: 'Edit' }).click();
  const header = page.locator('[data-region=header]');
  await header.getByLabel('Dismissed').press('Space');
  expect(await header.getByLabel(/Email|State|Message/).count()).toBe(0);
  await header.getByRole('button', { name: 'Save' }).click();
  await vi.waitUntil(() => link()!['State__c'] === 'Dismissed', WITHIN);
  await page.reload();
  await expect.poll(() => detail(page, 'State').textContent()).toBe('Dismissed');
  expect(problems()).toEqual([]);
  await close();
});
