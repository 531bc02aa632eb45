import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { assign, connectActions } from '../../scripts/demo/actions.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { startActionService } from '../support/actionService.ts';
import { LONG, startBilledOrg, type BilledOrg } from './billedOrg.ts';
import { launchBrowser, openPage, watch } from './browser.ts';
import { movedIn, violations, watchShifts } from './checks.ts';
import { EXPECTED, WORDS, wordsOf } from './panelExpectations.ts';
import { addressOf, answered, bringAbout, PANELS, recordsOf, STATE_NAMES, stateOf, type Scene } from './panelStates.ts';

let org: BilledOrg;
let browser: Browser;
let scene: Scene;
let context: BrowserContext;

/** Has the org say how its connection stands; `minutes` since billing was looked at, which are too many after 15. */
function connection(State__c: string, minutes: number, Message__c: string | null = null): void {
  const { sim } = org;
  const at = (ms: number) => new Date(sim.ctx.clock.now().getTime() - minutes * 60_000 + ms).toISOString();
  const rows = sim.org
    .all('Billing_Connection__c')
    .map(({ Id }) => ({ Id, State__c, Message__c, Checked_Through__c: at(0), Stale_After__c: at(15 * 60_000) }));
  sim.org.update('Billing_Connection__c', rows, { userId: sim.org.userNamed(USERS.admin)!.Id });
}

beforeAll(async () => {
  org = await startBilledOrg({ calloutTimeoutMs: 2_000 });
  const { sim, full, small, bare, hidden } = org;
  const [other] = org.insert('Account', [
    { Name: 'Of somebody else', OwnerId: sim.org.userNamed(USERS.repWithoutBilling)!.Id },
  ]);
  const service = await startActionService();
  await connectActions({ org: sim }, service.url, service.secret);
  await assign({ org: sim }, USERS.rep);
  const about = { invoice: 'INV-0500', deal: LONG };
  const ids = {
    usual: recordsOf(sim, small, about),
    large: recordsOf(sim, full, about),
    bare: recordsOf(sim, bare, about),
    other: recordsOf(sim, other!, about),
  };
  scene = { org: sim, ids, hidden, service, standIn: () => Promise.resolve(() => {}) };
  connection('Connected', 1);
  browser = await launchBrowser();
  // Shared, so that the pages find what the first one has loaded.
  const { page } = await openPage(browser, 'about:blank');
  await page.goto(addressOf(scene, PANELS[0]!, stateOf('light')), { timeout: 60_000 });
  context = page.context();
}, 240_000);
afterEach(() => connection('Connected', 1));
afterAll(async () => {
  await browser?.close();
  await scene?.service.close();
  await org?.sim.close();
});

/** Something that waits until a test lets it go on. */
function gate(): { opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

/** What the answers that a state wants leave in the console. */
const WANTED = /(401|500)\b/;
/** A state without a look of its own is looked at in two. */
const LOOKS = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 320 },
] as const;

describe.each(PANELS.map((panel) => ({ ...panel, ...WORDS[panel.name] })))('the panel of $name', (panel) => {
  const article = (page: Page) => page.locator(`${panel.tag} article`).first();

  it.each(STATE_NAMES)('%s: says what it should, axe finds nothing wrong, nothing sticks out', async (name) => {
    const page = await context.newPage();
    const problems = watch(page);
    let undo: (() => unknown) | null = await bringAbout(scene, panel, name, page);
    const mend = async () => {
      const taken = undo;
      undo = null;
      await taken?.();
    };
    try {
      const looked = stateOf(name).isDialog ? page.getByRole('dialog') : article(page);
      for (const look of stateOf(name).look ? [null] : LOOKS) {
        if (look) {
          await page.emulateMedia({ colorScheme: look.colorScheme });
          await page.setViewportSize({ width: look.width, height: 900 });
        }
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
        expect(await violations(looked)).toEqual([]);
      }
      await EXPECTED[name]({ scene, page, panel, article: article(page), mend });
      expect(problems().filter((problem) => !WANTED.test(problem))).toEqual([]);
    } finally {
      await mend();
      await page.close();
    }
  });

  it('says why its figures are stale, and nothing any more once they are fresh', async () => {
    const page = await context.newPage();
    const undo = await bringAbout(scene, panel, 'stale', page);
    const note = page.locator('[role=status] [data-id=stale-note]');
    expect(await wordsOf(note)).toContain('The sync of Zuora does not report any more.');
    connection('Paused', 120, 'Paused for the audit.');
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await note.getByText('Zuora is paused').waitFor();
    expect(await wordsOf(note)).toContain(
      'Paused for the audit. Refresh from billing does not help until this is mended',
    );
    await undo();
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await note.waitFor({ state: 'detached' });
    expect(await wordsOf(page.locator(panel.figure).first())).toContain(panel.says);
    await page.close();
  });

  it.each([
    ['its figures', 1280],
    ['its figures', 320],
    ...(panel.name === 'Account' ? [['its list', 1280] as const, ['its list', 320] as const] : []),
  ] as const)('shows a frame while %s are late, and moves nothing when they come, at %i px', async (late, width) => {
    connection('Delayed', 120);
    const { page, close } = await openPage(browser, 'about:blank', { width });
    await watchShifts(page);
    const gates = { figures: gate(), list: gate() };
    await page.route('**/graphql', async (route) => {
      const isList = /query BillingSubscriptions/.test(route.request().postData() ?? '');
      await gates[isList ? 'list' : 'figures'].opened;
      return route.continue();
    });
    await page.goto(addressOf(scene, panel, stateOf('large')));
    const figure = page.locator(panel.figure).locator('visible=true').first();
    await page.locator('[data-phase=loading]').locator('visible=true').first().waitFor();
    expect(await figure.count()).toBe(0);
    // The header of the page is the host's: what it moves before it is filled is not ours.
    await page.locator('[data-region=header] force-field-value').locator('visible=true').first().waitFor();
    await movedIn(page);
    const [first, last] = late === 'its list' ? (['figures', 'list'] as const) : (['list', 'figures'] as const);
    gates[first].open();
    if (late === 'its list') await figure.waitFor();
    expect(await page.locator('[data-phase=loading]').locator('visible=true').count()).toBeGreaterThan(0);
    gates[last].open();
    await answered(page);
    expect(await wordsOf(figure)).toContain(panel.says);
    expect(await movedIn(page)).toEqual([]);
    await close();
  });
});

it('a page in the look of SLDS 1 has other colors than one of SLDS 2', async () => {
  const page = await context.newPage();
  const colors: string[] = [];
  for (const state of ['light', 'classic'] as const) {
    await bringAbout(scene, PANELS[0]!, state, page);
    colors.push(
      await page
        .locator('h2')
        .first()
        .evaluate((heading) => getComputedStyle(heading).color),
    );
  }
  expect(new Set(colors).size).toBe(2);
  await page.close();
});
