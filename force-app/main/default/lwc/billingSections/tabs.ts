import * as labels from './labels';

export type Section = 'subscriptions' | 'invoices' | 'payments' | 'usage' | 'timeline';
export type Tab = {
  readonly key: Section;
  readonly label: string;
  readonly count: string;
  readonly tabId: string;
  readonly paneId: string;
  readonly selected: string;
  readonly tabIndex: string;
  readonly tabClass: string;
  readonly paneClass: string;
  /** Asked already: it keeps what it shows while another tab is looked at. */
  readonly isOpened: boolean;
};

const SECTIONS: readonly (readonly [Section, string])[] = [
  ['subscriptions', labels.subscriptions],
  ['invoices', labels.invoices],
  ['payments', labels.payments],
  ['usage', labels.usage],
  ['timeline', labels.timeline],
];

/**
 * Tabs that an admin has not hidden; the first is open until another one is chosen.
 *
 * @param chosen those opened by the person, the newest last
 * @param counts how many rows each has, as far as that is known
 */
export function tabsOf(
  hidden: Readonly<Partial<Record<Section, boolean>>>,
  chosen: readonly Section[],
  counts: Readonly<Partial<Record<Section, number>>>,
): Tab[] {
  const shown = SECTIONS.filter(([key]) => !hidden[key]);
  const first = shown[0]?.[0];
  const selected = chosen.at(-1) ?? first;
  return shown.map(([key, label]) => {
    const isSelected = key === selected;
    return {
      key,
      label,
      count: String(counts[key] ?? ''),
      tabId: `tab-${key}`,
      paneId: `pane-${key}`,
      selected: String(isSelected),
      tabIndex: isSelected ? '0' : '-1',
      tabClass: isSelected ? 'tab tab_selected' : 'tab',
      paneClass: isSelected ? 'pane' : 'pane slds-hide',
      isOpened: key === first || chosen.includes(key),
    };
  });
}

/** The tab that a key leads to; null for keys that lead to none. */
export function tabAt<T>(tabs: readonly T[], from: T, key: string): T | null {
  const index = tabs.indexOf(from);
  const steps: Readonly<Record<string, number>> = {
    ArrowRight: index + 1,
    ArrowLeft: index - 1 + tabs.length,
    Home: 0,
    End: tabs.length - 1,
  };
  const step = steps[key];
  return index < 0 || step === undefined ? null : (tabs[step % tabs.length] ?? null);
}
