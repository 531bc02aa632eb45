import type { Browser } from 'playwright-core';
import { openPage, themed } from '../../test/browser/browser.ts';
import { USERS } from '../../test/simulators/salesforce/org/seed.ts';
import type { Stack } from '../../test/support/stack.ts';
import type { Demo } from '../demo/describe.ts';
import type { State } from './states.ts';

const PANELS = 'c-billing360, c-billing-case, c-billing-opportunity';

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
  const url = (await state.prepare?.(stack)) ?? demoUrl;
  if (url === undefined) throw new Error(`The demo has no ${object} of situation "${situation}".`);
  const opened = await openPage(browser, 'about:blank', { theme, width, height });
  try {
    await opened.page.goto(themed(`${url}?as=${encodeURIComponent(as)}`, theme));
    await state.until(opened.page);
    await state.act?.(opened.page);
    await opened.page.evaluate(() => document.fonts.ready);
    const { page } = opened;
    if (state.wholeWindow) await page.screenshot({ path });
    else await page.locator(PANELS).first().screenshot({ path });
  } finally {
    await opened.close();
    stack.org.ctx.faults.set([]);
    await state.undo?.(stack);
  }
}
