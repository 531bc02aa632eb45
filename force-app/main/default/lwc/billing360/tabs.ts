import * as labels from './labels';

export type Section = 'subscriptions' | 'invoices' | 'payments' | 'usage' | 'timeline';

/** What tells which lists there are, and what is asked for them. */
export type Lists = {
  readonly recordId: string | undefined;
  /** The billing account that is looked at alone; empty for all. */
  readonly accountId: string;
  readonly pageSize: number;
  readonly invoiceFilter: string;
  /** Opened by the person, the newest last. */
  readonly chosen: readonly Section[];
  /** How many rows each has, as far as that is known. */
  readonly counts: Readonly<Partial<Record<Section, number>>>;
} & Readonly<Record<`hide${Capitalize<Section>}`, boolean>>;

export type Tab = {
  readonly key: Section;
  readonly label: string;
  readonly count: string;
  readonly tabId: string;
  readonly paneId: string;
  readonly selected: string;
  readonly tabIndex: string;
  readonly paneClass: string;
  /** Asked already: it keeps what it shows while another tab is looked at. */
  readonly isOpened: boolean;
  /** Of the list. */
  readonly properties: object;
};

/** Tabs that an admin has not hidden; the first is open until another one is chosen. */
export function tabsOf(lists: Lists): Tab[] {
  const { recordId, accountId, pageSize, invoiceFilter, chosen, counts } = lists;
  const own = { recordId, accountId };
  const paged = { ...own, pageSize };
  const sections = [
    ['subscriptions', labels.subscriptions, lists.hideSubscriptions, own],
    ['invoices', labels.invoices, lists.hideInvoices, { ...paged, invoiceFilter }],
    ['payments', labels.payments, lists.hidePayments, paged],
    ['usage', labels.usage, lists.hideUsage, own],
    ['timeline', labels.timeline, lists.hideTimeline, paged],
  ] as const;
  const shown = sections.filter(([, , isHidden]) => !isHidden);
  const first = shown[0]?.[0];
  const selected = chosen.at(-1) ?? first;
  return shown.map(([key, label, , properties]) => {
    const isSelected = key === selected;
    return {
      key,
      label,
      count: String(counts[key] ?? ''),
      tabId: `tab-${key}`,
      paneId: `pane-${key}`,
      selected: String(isSelected),
      tabIndex: isSelected ? '0' : '-1',
      paneClass: isSelected ? 'pane' : 'slds-hide',
      isOpened: key === first || chosen.includes(key),
      properties,
    };
  });
}

/** Arrows move between tabs; what they reach is opened by Enter or Space, so that passing by asks nothing. */
export function moveFocus(event: KeyboardEvent): void {
  const tabs = [...(event.currentTarget as Element).querySelectorAll<HTMLElement>('[role=tab]')];
  const from = tabs.indexOf(event.target as HTMLElement);
  const places: Readonly<Record<string, number>> = { ArrowRight: from + 1, ArrowLeft: from - 1, Home: 0, End: -1 };
  const place = places[event.key];
  if (place !== undefined) {
    event.preventDefault();
    tabs.at(place % tabs.length)?.focus();
  }
}
