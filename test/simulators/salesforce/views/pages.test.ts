import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, openPage } from '../../../browser/browser.ts';
import type { Person } from '../testing.ts';
import { ViewsOrg } from './testing/viewsOrg.ts';

let org: ViewsOrg;
beforeAll(async () => {
  org = await ViewsOrg.start({ pages: true });
});
afterAll(() => org.close());

async function visit(person: Person, path: string): Promise<{ status: number; html: string; text: string }> {
  const cookie = `sid=${encodeURIComponent(org.sim.tokenFor(org.sim.usernames[person]))}`;
  const response = await fetch(`${org.sim.url}${path}`, { headers: { cookie } });
  const html = await response.text();
  const text = html
    .replace(/<head>.*?<\/head>/s, '')
    .replace(/<\/(?:tr|li|h1|h2|p|section)>/g, '\n')
    .replace(/<[^>]+>/g, ' ')
    .replace(/ +/g, ' ');
  return { status: response.status, html, text };
}
const view = (kind: 'Report' | 'Dashboard', name: string): string =>
  `/lightning/r/${kind}/${org.idOf(kind, name)}/view`;

describe('pages of lists, reports and dashboards', () => {
  it('a list view is a table of the rows that the user sees, with links', async () => {
    const path = '/lightning/o/Billing_Invoice__c/list?filterName=Overdue';
    const { text, html } = await visit('rep', path);
    expect(text).toContain('Billing Invoices • 4 items');
    expect(text).toMatch(/INV-1 +Acme +1,000 +11\/11\/2026 +Ada Admin/);
    expect(text).not.toContain('INV-7');
    const invoice = org.sim.org.all('Billing_Invoice__c').find(({ Name }) => Name === 'INV-1')!.Id;
    expect(html).toContain(`<a href="/lightning/r/Billing_Invoice__c/${invoice}/view">INV-1</a>`);
    expect((await visit('otherRep', path)).text).toContain('INV-7');
    expect((await visit('repWithoutBilling', path)).text).toContain('No such column');
    expect((await visit('rep', '/lightning/o/Billing_Invoice__c/list?filterName=Nothing')).status).toBe(404);
    expect((await visit('rep', '/lightning/o/Account/list?filterName=Energy_of_Mine')).status).toBe(404);
  });

  it('a summary report shows groups, details and totals', async () => {
    const { text } = await visit('rep', view('Report', 'ARR_by_Plan'));
    expect(text).toMatch(/ EUR +1,800 2/);
    expect(text).toMatch(/ Gold +1,200 1/);
    expect(text).toMatch(/ SUB-1 +Acme +1,200/);
    expect(text).toMatch(/ Total +4,200 3/);
  });

  it('a matrix report shows groups down by groups across', async () => {
    const { text } = await visit('rep', view('Report', 'Overdue_by_Age'));
    expect(text).toContain('EUR: Sum of Balance');
    expect(text).toMatch(/ 31-60 - - 250 1 250 1/);
    expect(text).toMatch(/ Total 3,500 3 250 1 3,750 4/);
    const refused = await visit('repWithoutBilling', view('Report', 'Overdue_by_Age'));
    expect(refused.text).toContain('You don’t have access to');
    expect((await visit('rep', view('Report', 'Draft_Invoices'))).status).toBe(404);
  });

  it('a dashboard shows a tile of each component, with words where the report is not for the user', async () => {
    const { text } = await visit('rep', view('Dashboard', 'Billing_Overview'));
    expect(text).toContain('viewing as Riley Rep');
    expect(text).toMatch(/ARR up for renewal\s+4,200/);
    expect(text).toMatch(/1-30 +1,500 \(EUR 1,500\)/);
    expect(text).toMatch(/Drafts\s+You don’t have access to the report of this component/);
    expect((await visit('otherRep', view('Dashboard', 'Billing_Overview'))).text).toMatch(/Drafts\s+0/);
  });

  it('the header shows the app and tabs that the user may see', async () => {
    const header = async (person: Person): Promise<string> =>
      /<header.*?<\/header>/s.exec((await visit(person, '/')).html)![0];
    const mine = await header('rep');
    expect(mine).toContain('>Billing</a>');
    expect(mine).toContain('href="/lightning/o/Billing_Invoice__c/list"');
    expect(mine).not.toContain('Billing_Subscription__c');
    expect(mine).toContain('href="/lightning/o/Report/home"');
    expect(await header('otherRep')).toContain('>Sales</a>');
    expect((await visit('rep', '/lightning/o/Report/home')).text).toMatch(/ARR by Plan +Billing/);
    expect((await visit('rep', '/lightning/o/Dashboard/home')).text).toContain('Billing Overview');
  });

  it('search finds by object what the user may see', async () => {
    const { text } = await visit('rep', '/lightning/search?term=acm*');
    expect(text).toMatch(/Accounts \(1\)\s+Acme/);
    expect(text).not.toContain('Gamma');
    expect((await visit('rep', '/lightning/search?term=sub-1')).text).toMatch(/Billing Subscriptions \(1\)/);
    expect((await visit('repWithoutBilling', '/lightning/search?term=sub-1')).text).toContain('Nothing was found');
    expect((await visit('rep', '/lightning/search?term=x')).text).toContain('at least two characters');
    expect((await visit('rep', '/lightning/search?term=%3Cb%3Ebold')).html).not.toContain('<b>bold');
  });
});

describe('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
  });

  it.each([
    ['light', 1400],
    ['dark', 1400],
    ['light', 420],
  ] as const)('lists, reports and dashboards open without a problem, %s, %s pixels', async (theme, width) => {
    const pages = {
      list: '/lightning/o/Billing_Invoice__c/list?filterName=Overdue',
      summary: view('Report', 'ARR_by_Plan'),
      matrix: view('Report', 'Overdue_by_Age'),
      dashboard: view('Dashboard', 'Billing_Overview'),
    };
    for (const path of Object.values(pages)) {
      const opened = await openPage(browser, `${org.sim.url}${path}`, { theme, width });
      try {
        await opened.page.locator('table').first().waitFor();
        const overflow = await opened.page.evaluate('document.documentElement.scrollWidth > innerWidth');
        expect({ overflow, problems: opened.problems() }).toEqual({ overflow: false, problems: [] });
      } finally {
        await opened.close();
      }
    }
  });
});
