import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, openPage } from '../../../browser/browser.ts';
import { USERS } from '../org/seed.ts';
import { accountPage, bundle } from '../page/testPages.ts';
import { FlowOrg } from './testing/flowOrg.ts';
import { startOrderService, type OrderService } from './testing/orderService.ts';

const component = (name: string): string => `
import { LightningElement, api } from 'lwc';
export default class ${name} extends LightningElement {
  @api recordId: string | undefined;
  statuses: string[] = [];
  message = '';
  get inputs() { return [{ name: 'recordId', type: 'String', value: this.recordId }]; }
  follow(event: CustomEvent<{ status: string; outputVariables: { name: string; value: string }[] }>) {
    this.statuses = [...this.statuses, event.detail.status];
    this.message = event.detail.outputVariables.find(({ name }) => name === 'message')?.value ?? this.message;
  }
  get followed() { return this.statuses.join(' '); }
}
`;
const template = (
  flow: string,
): string => `<lightning-flow flow-api-name="${flow}" flow-input-variables={inputs} flow-finish-behavior="NONE" onstatuschange={follow}></lightning-flow>
  <p class="statuses">{followed}</p><p class="message">{message}</p>`;

describe('a flow in a component on a record page', () => {
  let org: FlowOrg;
  let service: OrderService;
  let browser: Browser;

  beforeAll(async () => {
    service = await startOrderService();
    const files = {
      ...bundle('refresher', component('Refresher'), template('Refresh_Account')),
      ...bundle('other', component('Other'), template('No_Such_Flow')),
      ...accountPage({ main: ['refresher'], sidebar: ['other'] }),
    };
    org = await FlowOrg.start({}, files);
    await org.connect(service.url);
    org.grant(USERS.rep, 'Order_User');
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await org?.close();
    await service?.close();
  });

  const visit = (account: string, username: string = USERS.rep) =>
    openPage(browser, `${org.sim.url}/lightning/r/Account/${account}/view?as=${username}`);

  it('shows its screens, takes what is entered, and tells the component when it is over', async () => {
    const { page, close } = await visit(org.account(USERS.rep, 'Acme'));
    const main = page.locator('[data-region=main]');
    await main.getByText('Refresh Acme of Riley Rep?').waitFor();
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText('Please enter some valid input. Input is not optional.').waitFor();
    await page.getByLabel('Note').fill('please');
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText('Acme: 3 changes. Fresh.').waitFor();
    await page.getByRole('button', { name: 'Finish' }).click();
    await main.locator('.message', { hasText: 'Acme: 3 changes. Fresh.' }).waitFor();
    expect(await main.locator('.statuses').textContent()).toBe('STARTED STARTED STARTED FINISHED');
    await close();
  });

  it('says so when there is no such active flow', async () => {
    const { page, close } = await visit(org.account(USERS.rep, 'Globex'));
    const other = page.locator('[data-region=sidebar]');
    await other.getByText('There is no active flow No_Such_Flow.').waitFor();
    expect(await other.locator('.statuses').textContent()).toBe('ERROR');
    await close();
  });
});
