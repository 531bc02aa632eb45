import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { answered, type Panel, type PanelName, type Scene, type StateName } from './panelStates.ts';

/** What stands on a panel once it has its answer, where a person may not read everything, and where there is nothing. */
export type Words = { figure: string; says: string; place: string; nothing: RegExp };
export const WORDS: Record<PanelName, Words> = {
  Account: {
    figure: '[data-id=mrr]',
    says: '€ 12,400',
    place: '[data-id=arr]',
    nothing: /Nothing is known about the billing of this Account yet/,
  },
  Case: {
    figure: '[data-id=named]',
    says: 'INV-0500',
    place: '[data-id=summary]',
    nothing: /Billing holds nothing for this customer that you may see\./,
  },
  Opportunity: {
    figure: '[data-id=readiness]',
    says: 'North',
    place: '[data-id=tax]',
    nothing: /Billing holds nothing for this account that you may see\./,
  },
};

/** Text as a person reads it: one kind of space. */
export const wordsOf = async (locator: Locator) => (await locator.innerText()).replace(/\s+/g, ' ');

export type Seen = {
  scene: Scene;
  page: Page;
  panel: Panel & Words;
  article: Locator;
  /** Takes back what was done to the org. */
  mend(): Promise<void>;
};

async function saysAll({ page, panel }: Seen): Promise<void> {
  expect(await wordsOf(page.locator(panel.figure).first())).toContain(panel.says);
  expect(await page.getByRole('alert').count()).toBe(0);
}

/** How bright the ground of a panel is, from 0 to 255. */
const brightness = (article: Locator) =>
  article.evaluate((one) => {
    const [red, green, blue] = getComputedStyle(one).backgroundColor.match(/\d+/g)!.map(Number);
    return (red! + green! + blue!) / 3;
  });

const isLight = async (seen: Seen) => {
  await saysAll(seen);
  expect(await brightness(seen.article)).toBeGreaterThan(240);
};
const isDark = async (seen: Seen) => {
  await saysAll(seen);
  expect(await brightness(seen.article)).toBeLessThan(60);
};
const isStale = async ({ page }: Seen) => {
  expect(await wordsOf(page.locator('[role=status] [data-id=stale-note]'))).toMatch(
    /These figures may be out of date Zuora was last checked 2 hours ago, on \d+ \w+ 2026, \d\d:\d\d\. .*What to do: press “Refresh from billing”/,
  );
};

/** A busy machine may take its time. */
const WITHIN = { timeout: 10_000 };

/** Says what happened and what to do, and a retry brings what is missing. */
const saysFault = (words: RegExp) => async (seen: Seen) => {
  const { page, panel, mend } = seen;
  const alert = page.locator(panel.tag).getByRole('alert');
  await expect.poll(() => wordsOf(alert.first()), WITHIN).toMatch(words);
  await mend();
  while ((await alert.count()) > 0) {
    const told = await alert.count();
    await alert.first().getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => alert.count(), WITHIN).toBeLessThan(told);
    await answered(page);
  }
  await saysAll(seen);
};

/** The dialog says what happened and what to do, the rest of the panel stays, and the next try works. */
const saysUnreachable = async (seen: Seen) => {
  const { scene, page, article, mend } = seen;
  const dialog = page.getByRole('dialog');
  expect(await wordsOf(dialog)).toMatch(
    /Billing could not be reached\. Try again in a minute; if it happens again, ask your Salesforce admin/,
  );
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await saysAll(seen);
  await mend();
  scene.service.reply('refresh', {
    status: 200,
    body: { jobId: 'j', state: 'Done', message: 'Billing is up to date.', changes: '', done: true },
  });
  await article.getByRole('button', { name: 'Refresh from billing', exact: true }).first().click();
  await dialog.getByText('Billing is up to date.').waitFor();
};

/** What a person sees of each state. */
export const EXPECTED: Record<StateName, (seen: Seen) => Promise<void>> = {
  light: isLight,
  dark: isDark,
  classic: isLight,
  narrow: isLight,
  'narrow-dark': isDark,
  'narrow-classic': isLight,
  medium: isLight,
  wide: isLight,
  large: saysAll,
  'large-narrow': saysAll,
  async 'without-billing'({ article, panel }) {
    expect(await wordsOf(article)).toMatch(panel.nothing);
  },
  async 'field-hidden'(seen) {
    expect(await seen.article.locator(seen.panel.place).count()).toBe(0);
    expect(await wordsOf(seen.article)).not.toMatch(/undefined|null|NaN|Invalid/);
    await saysAll(seen);
    await seen.mend();
    await seen.page.reload();
    await seen.article.locator(seen.panel.place).waitFor();
  },
  async 'not-permitted'({ article, panel }) {
    const words = await wordsOf(article);
    expect(words).toContain('Ask your Salesforce admin for the permission set “Billing Viewer”.');
    expect(words).not.toContain(panel.says);
  },
  async loading({ page, panel }) {
    expect(await page.locator(panel.figure).locator('visible=true').count()).toBe(0);
    await page
      .getByRole('status')
      .getByText(/^Loading/)
      .first()
      .waitFor({ state: 'attached' });
  },
  stale: isStale,
  'stale-classic': isStale,
  'stale-narrow-dark': isStale,
  failed: saysFault(/This part of billing could not be loaded\. Try again; if it happens again, tell/),
  nonsense: saysFault(/This part of billing could not be loaded\. Try again; if it happens again, tell/),
  async 'partly-failed'(seen) {
    expect(await wordsOf(seen.page.locator(seen.panel.figure).first())).toContain(seen.panel.says);
    await saysFault(/Salesforce did not answer\./)(seen);
  },
  'session-expired': saysFault(/Your session has ended\./),
  'callout-timeout': saysUnreachable,
  'callout-nonsense': saysUnreachable,
  'callout-not-permitted': saysUnreachable,
};
