import type { Browser } from 'playwright-core';
import { launchBrowser, openPage } from '../../test/browser/browser.ts';
import { startSalesforceSim, type RunningSalesforce } from '../../test/simulators/salesforce/main.ts';
import { USERS } from '../../test/simulators/salesforce/org/seed.ts';
import { makeLargeAccount } from '../../test/support/largeAccount.ts';
import type { Figure } from './figure.ts';

const TURNS = 7;
const goalMs = 1_500;

/** @returns ms from the beginning of the navigation until all selectors show something, in a session without any cache */
async function paintOf(browser: Browser, url: string, selector: string): Promise<number> {
  const { page, close } = await openPage(browser, 'about:blank');
  await page.goto(url, { waitUntil: 'commit' });
  await page.locator(selector).first().waitFor({ timeout: 30_000 });
  const ms = await page.evaluate(
    () => new Promise<number>((done) => requestAnimationFrame(() => done(performance.now()))),
  );
  await close();
  return ms;
}

async function median(run: () => Promise<number>): Promise<number> {
  const turns: number[] = [];
  for (let turn = 0; turn < TURNS; turn += 1) turns.push(await run());
  return turns.toSorted((a, b) => a - b)[Math.floor(TURNS / 2)]!;
}

const pageOf = (org: RunningSalesforce, object: string, id: string) =>
  `${org.url}/lightning/r/${object}/${id}/view?as=${encodeURIComponent(USERS.rep)}`;

/** An Account page in a browser that has never seen it, until its figures can be read. */
export async function measurePage(say: (text: string) => void): Promise<Figure[]> {
  const org = await startSalesforceSim({ buildPages: 'at start', onProgress: say });
  const browser = await launchBrowser();
  try {
    const small = await makeLargeAccount(org, { subscriptions: 1, invoices: 5 });
    const large = await makeLargeAccount(org, { subscriptions: 40, invoices: 500 });
    const [contact] = org.org.insert('Contact', [{ LastName: 'Plain', AccountId: small }], {
      userId: org.org.userNamed(USERS.rep)!.Id,
    });
    say('A page of the platform without the product');
    const bare = await median(() => paintOf(browser, pageOf(org, 'Contact', contact!.id!), 'h1'));
    say('An Account with one subscription');
    const first = await median(() => paintOf(browser, pageOf(org, 'Account', small), '[data-id="mrr"]'));
    say('An Account with 40 subscriptions and 500 invoices');
    const many = await median(() => paintOf(browser, pageOf(org, 'Account', large), '[data-id="mrr"]'));
    const figure = (name: string, ms: number): Figure => ({
      name,
      value: ms,
      unit: 'ms',
      goal: `<= ${goalMs}`,
      met: ms <= goalMs,
    });
    return [
      figure('page: figures of an Account can be read, cold', first),
      figure('page: the same with 40 subscriptions, 500 invoices', many),
      { name: 'page: beside a page without the product', value: first / bare, unit: '×' },
    ];
  } finally {
    await browser.close();
    await org.close();
  }
}
