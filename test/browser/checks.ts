import axe from 'axe-core';
import type { Locator, Page } from 'playwright-core';

/** What axe objects to in an element, one line each. */
export async function violations(element: Locator): Promise<string[]> {
  await element.page().evaluate(axe.source);
  // From the element itself: the page's shadow hides it from what looks from outside.
  return element.evaluate(async (panel) => {
    const { axe: checker } = window as unknown as { axe: typeof axe };
    const found = await checker.run(panel);
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
  });
}

type Watched = { moved: string[] };

/** From the next page on, notes what moves after it was shown; call before the page is opened. */
export async function watchShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const watched: Watched = { moved: [] };
    Object.assign(window, { watched });
    type Shift = { sources: { node: Node | null; previousRect: DOMRect; currentRect: DOMRect }[] };
    new PerformanceObserver((list) => {
      for (const { sources } of list.getEntries() as unknown as Shift[])
        for (const { node, previousRect: from, currentRect: to } of sources) {
          const element = node instanceof Element ? node : node?.parentElement;
          // What the rest of the page does is its own.
          if (element?.closest('c-billing360, c-billing-case, c-billing-opportunity'))
            watched.moved.push(`${element.outerHTML.slice(0, 200)}: ${from.x},${from.y} to ${to.x},${to.y}`);
        }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

/** What moved inside of the panels since it was asked last, one line each. */
export async function movedIn(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    return (window as unknown as { watched: Watched }).watched.moved.splice(0);
  });
}
