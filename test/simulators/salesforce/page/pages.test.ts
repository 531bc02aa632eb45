import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, openPage, type OpenPage, type PageOptions } from '../../../browser/browser.ts';
import { USERS } from '../org/seed.ts';
import { accountPage, bundle, startPages, testPackage, type TestPackage, type TestPages } from './testPages.ts';

const PHONE = `
import { LightningElement, api, wire } from 'lwc';
import { gql, graphql } from 'lightning/graphql';
import { ShowToastEvent } from 'lightning/platformShowToastEvent';
import { RefreshEvent, registerRefreshHandler } from 'lightning/refresh';
import USER from '@salesforce/user/Id';

type Result = { data?: { uiapi: { query: { Account: { edges: { node: { Phone: { value: string | null } } }[] } } } }; errors?: { message: string }[]; refresh?: () => Promise<void> };

const QUERY = gql\`query phone($id: ID) { uiapi { query { Account(where: { Id: { eq: $id } }, first: 1) { edges { node { Id Phone { value } } } } } } }\`;

export default class Phone extends LightningElement {
  @api recordId: string | undefined;
  asked: string | undefined;
  result: Result = {};
  userId = USER;

  @wire(graphql, { query: QUERY, variables: '$variables' })
  wired(result: Result) { this.result = result; }

  get variables() { return { id: this.asked }; }
  get phone() { return this.result.data?.uiapi.query.Account.edges[0]?.node.Phone.value ?? 'nothing'; }
  get errors() { return this.result.errors === undefined ? 'no errors' : this.result.errors.map((one) => one.message).join(); }
  get today() { return new Date().toISOString().slice(0, 10); }
  show(event: Event) { this.asked = (event.target as HTMLInputElement).value; }
  handled = 0;
  connectedCallback() { registerRefreshHandler(this, async () => { this.handled += 1; }); }
  everything() { this.dispatchEvent(new RefreshEvent()); }
  own() { this.asked = this.recordId; }
  async refresh() {
    await this.result.refresh?.();
    this.dispatchEvent(new ShowToastEvent({ title: 'Up to date', variant: 'success' }));
  }
}
`;
const TEMPLATE = `<lightning-card title="Phone" icon-name="standard:call">
  <lightning-button label="Show" onclick={own}></lightning-button>
  <lightning-button label="Refresh" onclick={refresh}></lightning-button>
  <label>Account <input type="text" onchange={show}></label>
  <lightning-button label="Everything" onclick={everything}></lightning-button><p class="handled">{handled}</p>
  <p class="phone">{phone}</p><p class="errors">{errors}</p><p class="user">{userId}</p><p class="today">{today}</p>
</lightning-card>`;

const BROKEN = `
import { LightningElement } from 'lwc';
export default class Broken extends LightningElement {
  connectedCallback() { throw new Error('this bundle is broken'); }
}
`;

const LISTS = `
import { LightningElement, api, wire } from 'lwc';
import { getRelatedListRecords } from 'lightning/uiRelatedListApi';
import { getObjectInfo, getPicklistValues } from 'lightning/uiObjectInfoApi';
import INDUSTRY from '@salesforce/schema/Account.Industry';

export default class Lists extends LightningElement {
  @api recordId: string | undefined;
  @wire(getRelatedListRecords, { parentRecordId: '$recordId', relatedListId: 'Contacts', fields: ['Contact.LastName'], sortBy: ['-Contact.LastName'], pageSize: 2 })
  contacts: { data?: { records: { fields: { LastName: { value: string } } }[] } } = {};
  @wire(getObjectInfo, { objectApiName: 'Account' })
  info: { data?: { label: string; defaultRecordTypeId: string } } = {};
  @wire(getPicklistValues, { recordTypeId: '$recordTypeId', fieldApiName: INDUSTRY })
  industries: { data?: { values: { value: string }[] } } = {};

  get recordTypeId() { return this.info.data?.defaultRecordTypeId; }
  get names() { return (this.contacts.data?.records ?? []).map(({ fields }) => fields.LastName.value).join(' '); }
  get label() { return this.info.data?.label ?? ''; }
  get first() { return this.industries.data?.values[0]?.value ?? ''; }
}
`;

let made: TestPackage;
let pages: TestPages;
let browser: Browser;
let acme: string;
let globex: string;

beforeAll(async () => {
  made = testPackage({
    ...bundle('phone', PHONE, TEMPLATE),
    ...bundle('broken', BROKEN, 'never seen'),
    ...bundle('lists', LISTS, '<p class="names">{names}</p><p class="label">{label}</p><p class="first">{first}</p>'),
    ...accountPage({ header: ['force:highlightsPanel'], main: ['phone'], sidebar: ['force:detailPanel', 'lists'] }),
  });
  pages = await startPages(made.forceApp);
  acme = pages.account({ Name: 'Acme <b>&', Phone: '+1 555 0100', Industry: 'Energy' });
  globex = pages.account({ Name: 'Globex', Phone: '+1 555 0199' });
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await pages?.close();
  made?.remove();
});

const addressOf = (id: string): string => `${pages.url}/lightning/r/Account/${id}/view`;

async function onPage(
  act: (opened: OpenPage) => Promise<void>,
  address = addressOf(acme),
  options: PageOptions = {},
): Promise<void> {
  const opened = await openPage(browser, address, options);
  try {
    await act(opened);
  } finally {
    await opened.close();
  }
}

const settled = (opened: OpenPage): Promise<unknown> =>
  opened.page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');

describe('a record page', () => {
  test('shows the record, its fields and the bundle, and nothing goes wrong', async () => {
    await onPage(async ({ page, problems }) => {
      await page.getByRole('heading', { name: 'Acme <b>&' }).waitFor();
      const details = page.locator('[data-region=sidebar]');
      await details.getByText('Energy').waitFor();
      expect(await details.getByRole('link', { name: 'Riley Rep' }).count()).toBe(1);
      expect(await page.locator('.user').textContent()).toBe(pages.org.userNamed(USERS.rep)!.Id);
      expect(problems()).toEqual([]);
    });
  });

  test('gives bundles related lists, object info and picklist values as the user may see them', async () => {
    const [contact, ...rest] = ['Ada', 'Bob', 'Cyd'].map((LastName) => ({ LastName, AccountId: acme }));
    pages.org.insert('Contact', [contact!, ...rest], { userId: pages.org.userNamed(USERS.rep)!.Id });
    await onPage(async ({ page }) => {
      await page.locator('.names', { hasText: 'Cyd Bob' }).waitFor();
      await page.locator('.label', { hasText: 'Account' }).waitFor();
      await page.locator('.first', { hasText: /\w/ }).waitFor();
      expect(await page.locator('.names').textContent()).toBe('Cyd Bob');
    });
  });

  test('nothing is asked while a variable is undefined; then the answer comes without errors', async () => {
    await onPage(async ({ page, problems }) => {
      await page.getByText('Energy').first().waitFor();
      const before = pages.sim.ctx.calls.counts.get('POST /graphql') ?? 0;
      expect(await page.locator('.phone').textContent()).toBe('nothing');
      expect(await page.locator('.errors').textContent()).toBe('no errors');
      await page.getByRole('button', { name: 'Show' }).click();
      await page.locator('.phone', { hasText: '+1 555 0100' }).waitFor();
      expect(await page.locator('.errors').textContent()).toBe('no errors');
      expect(before).toBe(0);
      expect(problems()).toEqual([]);
    });
  });

  test('refresh() asks again, and a toast is shown', async () => {
    await onPage(async ({ page, problems }) => {
      await page.getByRole('button', { name: 'Show' }).click();
      await page.locator('.phone', { hasText: '+1 555 0100' }).waitFor();
      const admin = pages.org.userNamed(USERS.admin)!.Id;
      pages.org.update('Account', [{ Id: acme, Phone: '+1 555 0111' }], { userId: admin });
      await page.getByRole('button', { name: 'Refresh' }).click();
      await page.locator('.phone', { hasText: '+1 555 0111' }).waitFor();
      await page.getByRole('status').filter({ hasText: 'Up to date' }).waitFor();
      pages.org.update('Account', [{ Id: acme, Phone: '+1 555 0100' }], { userId: admin });
      expect(problems()).toEqual([]);
    });
  });

  test('a RefreshEvent reaches the handlers and the other components of the page', async () => {
    await onPage(async ({ page, problems }) => {
      const details = page.locator('[data-region=sidebar]');
      await details.getByText('Energy').waitFor();
      const admin = pages.org.userNamed(USERS.admin)!.Id;
      pages.org.update('Account', [{ Id: acme, Industry: 'Banking' }], { userId: admin });
      await page.getByRole('button', { name: 'Everything' }).click();
      await details.getByText('Banking').waitFor();
      expect(await page.locator('.handled').textContent()).toBe('1');
      pages.org.update('Account', [{ Id: acme, Industry: 'Energy' }], { userId: admin });
      expect(problems()).toEqual([]);
    });
  });

  test('an answer that comes after a newer one is dropped', async () => {
    await onPage(async (opened) => {
      const { page } = opened;
      const input = page.getByLabel('Account', { exact: true });
      await input.waitFor();
      pages.sim.ctx.faults.set([{ path: '/graphql$', times: 1, latencyMs: 700 }]);
      const late = page.waitForResponse((response) => response.request().postData()?.includes(globex) ?? false);
      const asked = page.waitForRequest((request) => request.postData()?.includes(globex) ?? false);
      await input.fill(globex);
      await input.blur();
      await asked;
      await input.fill(acme);
      await input.blur();
      await page.locator('.phone', { hasText: '+1 555 0100' }).waitFor();
      await (await late).finished();
      await settled(opened);
      expect(await page.locator('.phone').textContent()).toBe('+1 555 0100');
      expect(opened.problems()).toEqual([]);
    });
  });

  test('a call that is refused reaches the bundle as an error in words', async () => {
    await onPage(async ({ page, problems }) => {
      await page.locator('.phone').waitFor();
      pages.sim.ctx.faults.set([
        { path: '/graphql$', times: 1, status: 503, body: [{ message: 'Try later', errorCode: 'SERVER_UNAVAILABLE' }] },
      ]);
      await page.getByRole('button', { name: 'Show' }).click();
      await page.locator('.errors', { hasText: 'Try later' }).waitFor();
      expect(problems()).toContainEqual(expect.stringContaining('answer 503'));
    });
  });

  test('the clock of the page is the clock of the simulators, also when it moves', async () => {
    pages.clock.setOffset(Date.parse('2031-05-06T12:00:00Z') - Date.now());
    try {
      await onPage(async ({ page }) => {
        await page.locator('.today', { hasText: '2031-05-06' }).waitFor();
        pages.clock.setOffset(Date.parse('2032-01-02T12:00:00Z') - Date.now());
        await page.getByRole('button', { name: 'Show' }).click();
        await page.locator('.today', { hasText: '2032-01-02' }).waitFor();
        expect(await page.evaluate('new Date(0).toISOString() + (new Date() instanceof Date) + typeof Date()')).toBe(
          '1970-01-01T00:00:00.000Ztruestring',
        );
      });
    } finally {
      pages.clock.setOffset(0);
    }
  });

  test('light, dark, wide and narrow', async () => {
    const background = (opened: OpenPage) =>
      opened.page.evaluate('getComputedStyle(document.body).backgroundColor') as Promise<string>;
    const colors: string[] = [];
    for (const theme of ['light', 'dark'] as const)
      await onPage(
        async (opened) => {
          colors.push(await background(opened));
          expect(await opened.page.evaluate('document.documentElement.scrollWidth')).toBe(480);
        },
        addressOf(acme),
        { theme, width: 480 },
      );
    expect(new Set(colors).size).toBe(2);
    await onPage(async (opened) => expect(await background(opened)).toBe(colors[1]), `${addressOf(acme)}?theme=dark`, {
      theme: 'light',
    });
  });
});

test('a bundle that throws is seen, by people and by the harness, and leaves the others alone', async () => {
  const other = testPackage({
    ...bundle('broken', BROKEN, 'never seen'),
    ...bundle('lists', LISTS, '<p class="names">{names}</p><p class="label">{label}</p><p class="first">{first}</p>'),
    ...accountPage({ main: ['broken', 'force:detailPanel'] }),
  });
  const broken = await startPages(other.forceApp);
  const id = broken.account({ Name: 'Acme', Industry: 'Energy' });
  await onPage(async ({ page, problems }) => {
    await page.getByRole('alert').filter({ hasText: 'c:broken could not be shown: this bundle is broken' }).waitFor();
    await page.getByText('Energy').waitFor();
    expect(problems()).toContain('page error: this bundle is broken');
  }, `${broken.url}/lightning/r/Account/${id}/view`);
  await broken.close();
  other.remove();
});

describe('sessions', () => {
  const cookieOf = (response: Response): string => response.headers.get('set-cookie')?.split(';')[0] ?? '';
  const visit = (path: string, headers: Record<string, string> = {}) =>
    fetch(pages.url + path, { redirect: 'manual', headers });
  const graphql = (headers: Record<string, string>) =>
    fetch(`${pages.url}/services/data/v66.0/ui-api/records/${acme}?fields=Account.Name`, { headers });

  test('a page without a session is opened by the usual user', async () => {
    const response = await visit(`/lightning/r/Account/${acme}/view`);
    expect(response.status).toBe(200);
    expect(response.headers.get('set-cookie')).toMatch(/^sid=.+; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(await response.text()).toContain('Riley Rep');
  });

  test('frontdoor.jsp takes a token and goes on to a path of the org, and only there', async () => {
    const token = encodeURIComponent(pages.org.openSession(pages.org.userNamed(USERS.otherRep)!.Id));
    const open = (retURL: string) => visit(`/secur/frontdoor.jsp?sid=${token}&retURL=${encodeURIComponent(retURL)}`);
    const response = await open('/lightning/r/Account/x/view?theme=dark');
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe('/lightning/r/Account/x/view?theme=dark');
    for (const elsewhere of ['//evil.example', 'https://evil.example', '/\\evil.example', 'javascript:alert(1)'])
      expect((await open(elsewhere)).headers.get('location')).toBe('/');
    expect(await (await visit('/', { cookie: cookieOf(response) })).text()).toContain('Olive Other');
  });

  test('a token that is not good is refused', async () => {
    const response = await visit('/secur/frontdoor.jsp?sid=nonsense');
    expect(response.status).toBe(401);
    expect(response.headers.get('set-cookie')).toBeNull();
  });

  test('?as= changes the user and leaves the address', async () => {
    const response = await visit(`/lightning/r/Account/${acme}/view?as=${USERS.otherRep}&theme=dark`);
    expect(response.headers.get('location')).toBe(`/lightning/r/Account/${acme}/view?theme=dark`);
    const page = await visit(`/lightning/r/Account/${acme}/view`, { cookie: cookieOf(response) });
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('You don&#39;t have access to this record.');
    expect((await visit('/?as=nobody')).status).toBe(404);
  });

  test('the cookie is good for calls of the same origin, and for no others', async () => {
    const cookie = `other=1; ${cookieOf(await visit('/'))}`;
    const answer = await graphql({ cookie, 'sec-fetch-site': 'same-origin' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-sim-clock-offset')).toBe('0');
    expect((await graphql({ cookie, 'sec-fetch-site': 'cross-site' })).status).toBe(401);
    expect((await graphql({ cookie, origin: 'https://evil.example' })).status).toBe(401);
    expect((await graphql({ cookie })).status).toBe(401);
    expect((await graphql({})).status).toBe(401);
  });
});

describe('the header of a record', () => {
  const opportunity = (values: object = {}): string => {
    const userId = pages.org.userNamed(USERS.rep)!.Id;
    const row = { Name: 'Renewal', StageName: 'Prospecting', CloseDate: '2027-01-31', AccountId: acme, ...values };
    return pages.org.insert('Opportunity', [row], { userId })[0]!.id!;
  };
  const pageOf = (id: string, as = USERS.rep as string) => `${pages.url}/lightning/r/Opportunity/${id}/view?as=${as}`;

  test('lets a person change the standard fields, the stage above all', async () => {
    const id = opportunity();
    await onPage(async ({ page, problems }) => {
      await page.getByRole('button', { name: 'Edit' }).click();
      await page.getByRole('combobox', { name: 'Stage' }).click();
      await page.getByRole('option', { name: 'Closed Won' }).click();
      await page.getByLabel('Amount').fill('1250.5');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('button', { name: 'Edit' }).waitFor();
      await page.locator('[data-region=header]').getByText('Closed Won').waitFor();
      expect(pages.org.get('Opportunity', id)).toMatchObject({ StageName: 'Closed Won', Amount: 1250.5 });
      expect(problems()).toEqual([]);
    }, pageOf(id));
  });

  test('says why a change was refused, at the field where it was', async () => {
    const id = opportunity();
    await onPage(async ({ page }) => {
      await page.getByRole('button', { name: 'Edit' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill('x'.repeat(130));
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText(/data value too large/).waitFor();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('heading', { name: 'Renewal' }).waitFor();
    }, pageOf(id));
    expect(pages.org.get('Opportunity', id)).toMatchObject({ Name: 'Renewal' });
  });

  test('shows who owns a record that a queue could own too, by name', async () => {
    const userId = pages.org.userNamed(USERS.rep)!.Id;
    const id = pages.org.insert('Case', [{ Subject: 'Declined', AccountId: acme }], { userId })[0]!.id!;
    await onPage(async ({ page }) => {
      const header = page.locator('[data-region=header]');
      await header.getByRole('link', { name: 'Riley Rep' }).waitFor();
    }, `${pages.url}/lightning/r/Case/${id}/view?as=${USERS.rep}`);
  });

  test('offers no change to those who may not make one', async () => {
    const integration = pages.org.userNamed(USERS.integration)!.Id;
    await onPage(async ({ page }) => {
      await page.getByRole('heading', { name: 'Billing Integration' }).waitFor();
      expect(await page.getByRole('button', { name: 'Edit' }).count()).toBe(0);
    }, `${pages.url}/lightning/r/User/${integration}/view?as=${USERS.rep}`);
  });
});

describe('other pages', () => {
  const visit = async (path: string) => {
    const response = await fetch(pages.url + path);
    return { status: response.status, text: await response.text(), response };
  };

  test('the list holds the accounts that the user may see, each with its page', async () => {
    const { text } = await visit('/');
    expect(text).toContain(`<a href="/lightning/r/Account/${acme}/view">Acme &#60;b&#62;&#38;</a>`);
    expect(text).toContain('Globex');
  });

  test('a record that is not there', async () => {
    const { status, text } = await visit('/lightning/r/Account/0015g00000ZZZZZAAA/view');
    expect(status).toBe(404);
    expect(text).toContain('We couldn&#39;t find the record');
    expect((await visit('/lightning/r/Nonsense__c/0015g00000ZZZZZAAA/view')).status).toBe(404);
  });

  test('an object without a page of its own', async () => {
    const userId = pages.org.userNamed(USERS.rep)!.Id;
    const { text } = await visit(`/lightning/r/${userId}/view`);
    expect(text).toContain('force&#58;highlightsPanel'.replace('&#58;', ':'));
    expect(text).toContain('force:detailPanel');
  });

  test('files may be kept for a year, and there is an icon', async () => {
    const { text } = await visit(`/lightning/r/Account/${acme}/view`);
    const file = /src="([^"]+main-[^"]+\.js)"/.exec(text)?.[1] ?? '';
    const { response } = await visit(file);
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await visit('/favicon.ico')).status).toBe(204);
  });
});
