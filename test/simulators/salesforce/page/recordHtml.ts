import { placeBundle } from './exposure.ts';
import type { PageComponent, PageItem, RecordPage } from './flexiPage.ts';
import { escapeHtml } from './html.ts';
import type { PageLayout } from './layout.ts';
import { readQuickAction } from './quickActions.ts';

/** Edit is there for whoever may edit; of the others the simulated org has no buttons. */
const STANDARD_ACTIONS = new Set(['Edit', 'Clone', 'Delete']);
const STANDARD = new Set(['force:detailPanel', 'force:relatedListContainer']);

/**
 * The regions of a record page; the client puts the components into their places.
 * @param layout of the object; null when it has none
 * @param refuse told of every component that is left out
 */
export function regionsHtml(
  forceApp: string,
  page: RecordPage,
  layout: PageLayout | null,
  refuse: (what: string) => void,
): string {
  let tabsets = 0;

  const leftOut = (name: string, reason: string): string => {
    refuse(`component ${name} on the page ${page.label}: ${reason}`);
    return `<p class="host-notice slds-box slds-box_x-small">${escapeHtml(`${name} is not shown: ${reason}.`)}</p>`;
  };
  /** Dynamic actions, which a page names as long as it says that it does; else those of the layout. */
  const highlights = ({ name, properties, lists = {} }: PageComponent): string => {
    const ofPage = properties['enableActionsConfiguration'] === 'true';
    const named = ofPage ? (lists['actionNames'] ?? []) : (layout?.actions ?? null);
    const where = ofPage || !layout ? `of ${name} on the page ${page.label}` : `of the layout ${layout.label}`;
    const actions = (named ?? []).flatMap((action) => {
      if (STANDARD_ACTIONS.has(action)) return [];
      const found = readQuickAction(forceApp, action, page.sobjectType);
      if (!('refusal' in found)) return found;
      refuse(`action ${action} ${where}: ${found.refusal}`);
      return [];
    });
    return slot(name, { actions, withoutEdit: named !== null && !named.includes('Edit') });
  };
  const component = (one: PageComponent): string => {
    const { name, properties, conditional } = one;
    const unsupported = 'the simulated org does not support it';
    if (conditional) return leftOut(name, 'the simulated org does not work out visibility rules');
    if (name === 'force:highlightsPanel') return highlights(one);
    if (STANDARD.has(name)) return slot(name, {});
    if (!name.startsWith('c:')) return leftOut(name, unsupported);
    const placement = placeBundle(forceApp, name.slice(2), page.sobjectType, properties);
    return 'refusal' in placement ? leftOut(name, placement.refusal) : slot(name, placement.properties);
  };
  const item = (one: PageItem): string => (one.kind === 'component' ? component(one) : tabs(one.tabs));
  const tabs = (list: { title: string; items: PageItem[] }[]): string => {
    const set = `tabs-${++tabsets}`;
    const heads = list.map(({ title }, at) => {
      const active = at === 0 ? ' slds-is-active' : '';
      return `<li class="slds-tabs_default__item${active}" role="presentation"><a class="slds-tabs_default__link" href="#${set}-${at}" role="tab" aria-selected="${at === 0}" aria-controls="${set}-${at}" data-host-tab="${set}-${at}">${escapeHtml(title)}</a></li>`;
    });
    const panels = list.map(
      ({ items }, at) =>
        `<div id="${set}-${at}" class="slds-tabs_default__content ${at === 0 ? 'slds-show' : 'slds-hide'}" role="tabpanel">${items.map(item).join('\n')}</div>`,
    );
    return `<div class="slds-tabs_default"><ul class="slds-tabs_default__nav" role="tablist">${heads.join('')}</ul>${panels.join('')}</div>`;
  };

  const columns = page.regions.map(({ name }) => name).filter((name) => name !== 'header');
  const regions = page.regions.map(
    ({ name, items }) =>
      `<section class="host-region host-region-${name}" data-region="${name}">\n${items.map(item).join('\n')}\n</section>`,
  );
  return `<main class="host-page"><div class="host-regions" data-columns="${columns.join(' ')}">\n${regions.join('\n')}\n</div></main>`;
}

const slot = (name: string, properties: Record<string, unknown>): string =>
  `<div data-component="${escapeHtml(name)}" data-properties="${escapeHtml(JSON.stringify(properties))}"></div>`;
