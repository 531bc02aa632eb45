import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPackage } from '../../scripts/package/build.ts';
import { startSalesforceSim, type RunningSalesforce } from '../simulators/salesforce/main.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import type { FieldValue } from '../simulators/salesforce/org/types.ts';
import { launchBrowser, openPage } from './browser.ts';

const ROOT = join(import.meta.dirname, '../..');

let folder: string;
let browser: Browser;
let sims: RunningSalesforce[];

/** An org with the package in that folder, and an Account of the rep with an invoice. @returns the page's address */
async function orgWith(forceApp: string): Promise<string> {
  const sim = await startSalesforceSim({ forceApp, buildPages: 'at start' });
  sims.push(sim);
  const insert = (object: string, row: Record<string, FieldValue>): string => {
    const [result] = sim.org.insert(object, [row], { userId: sim.org.userNamed(USERS.admin)!.Id });
    if (result?.id == null) throw new Error(`${object}: ${result?.errors[0]?.message ?? 'was not made'}`);
    return result.id;
  };
  const account = insert('Account', { Name: 'Acme', OwnerId: sim.org.userNamed(USERS.rep)!.Id });
  const row = { Account__c: account, Currency_Code__c: 'EUR', Source__c: 'Stripe', Connection__c: 'stripe' };
  insert('Billing_Balance__c', { ...row, Name: 'EUR', Key__c: 'b1', MRR__c: 490, ARR__c: 5880, Status__c: 'Current' });
  insert('Billing_Subscription__c', {
    ...{ ...row, Name: 'SUB-1', Number__c: 'SUB-1', Key__c: 's1', Plan__c: 'Growth', MRR__c: 490, ARR__c: 5880 },
    Status__c: 'Active',
  });
  insert('Billing_Invoice__c', {
    ...{ ...row, Name: 'INV-1', Number__c: 'INV-1', Key__c: 'i1', Amount__c: 490, Balance__c: 490 },
    ...{ Status__c: 'Open', Invoice_Date__c: '2026-11-01', Due_Date__c: '2099-01-01' },
  });
  return `${sim.url}/lightning/r/Account/${account}/view?as=${encodeURIComponent(USERS.rep)}`;
}

beforeAll(async () => {
  sims = [];
  folder = mkdtempSync(join(tmpdir(), 'package-build-'));
  browser = await launchBrowser();
}, 240_000);
afterAll(async () => {
  await browser.close();
  for (const sim of sims) await sim.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What the Account panel says once each of its panels has an answer. */
async function panelText(url: string): Promise<string> {
  const { page, problems, close } = await openPage(browser, url);
  try {
    await page.getByRole('heading', { name: 'Billing 360' }).first().waitFor();
    await page.getByText('Growth').first().waitFor();
    const panel = page.locator('c-billing360').first();
    const subscriptions = await panel.innerText();
    await page.getByRole('tab', { name: /^Invoices/ }).click();
    await page.getByText('INV-1').first().waitFor();
    expect(problems()).toEqual([]);
    const text = `${subscriptions}\n${await panel.innerText()}`;
    return text.replaceAll(/\d+ (seconds?|minutes?) ago|just now/g, '');
  } finally {
    await close();
  }
}

describe('the Account panel of the package in JavaScript', { timeout: 240_000 }, () => {
  it('says just what that in TypeScript says', async () => {
    const built = buildPackage({ root: ROOT, out: join(folder, 'package') });
    const script = await panelText(await orgWith(join(built, 'force-app/main/default')));
    expect(script).toContain('INV-1');
    expect(script).toContain('Growth');
    expect(await panelText(await orgWith(join(ROOT, 'force-app/main/default')))).toBe(script);
  });
});
