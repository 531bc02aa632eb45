import type { Browser, Page } from 'playwright-core';
import { openPage, themed } from '../../test/browser/browser.ts';
import { bringAbout, stateOf, type Panel, type Scene, type StateName } from '../../test/browser/panelStates.ts';
import { USERS } from '../../test/simulators/salesforce/org/seed.ts';
import type { Stack } from '../../test/support/stack.ts';
import type { Demo } from '../demo/describe.ts';
import type { State } from './states.ts';

const PANELS = 'c-billing360, c-billing-case, c-billing-opportunity';

async function shoot(
  page: Page,
  path: string,
  { wholeWindow = false, wholePage = false, isLoading = false } = {},
): Promise<void> {
  // Parts are loaded when they are shown first.
  if (!isLoading) await page.waitForLoadState('networkidle');
  await page.evaluate(() => document.fonts.ready);
  if (wholeWindow) await page.screenshot({ path, fullPage: wholePage });
  else await page.locator(PANELS).first().screenshot({ path });
}

/** Brings a panel into a state, and takes a picture of it. */
export async function takePanel(
  browser: Browser,
  scene: Scene,
  panel: Panel,
  state: StateName,
  path: string,
): Promise<void> {
  const { page, close } = await openPage(browser, 'about:blank');
  try {
    const undo = await bringAbout(scene, panel, state, page);
    try {
      const { isDialog, isLoading } = stateOf(state);
      await shoot(page, path, { wholeWindow: isDialog, isLoading });
    } finally {
      await undo();
    }
  } finally {
    await close();
  }
}

/** Opens the page of a state as its user sees it, brings it there, and takes a picture of it. */
export async function takePicture(
  browser: Browser,
  stack: Stack,
  pages: Demo['pages'],
  state: State,
  path: string,
): Promise<void> {
  const { object = 'Account', situation, as = USERS.rep, theme = 'light', width = 1280, height = 900 } = state;
  const demoUrl = pages.find((page) => page.object === object && page.situation === situation)?.url;
  const { page, close } = await openPage(browser, 'about:blank', { theme, width, height });
  try {
    const url = (await state.prepare?.(stack, page)) ?? demoUrl;
    if (url === undefined) throw new Error(`The demo has no ${object} of situation "${situation}".`);
    await page.goto(themed(`${url}${url.includes('?') ? '&' : '?'}as=${encodeURIComponent(as)}`, theme));
    await state.until(page);
    await state.act?.(page);
    await shoot(page, path, state);
  } finally {
    await close();
    stack.org.ctx.faults.set([]);
    await state.undo?.(stack);
  }
}
