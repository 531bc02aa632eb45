import { api, LightningElement } from 'lwc';
import * as labels from './labels';
import type { Section, Tab } from './tabs';
import { tabAt, tabsOf } from './tabs';

type Choice = { readonly value: string; readonly label: string; readonly selected: boolean };

/** Tabs with the lists of an Account. A list is asked when its tab is opened first, and kept from then on. */
export default class BillingSections extends LightningElement {
  @api recordId: string | undefined;
  /** The Account's billing accounts, one of which can be looked at alone. */
  @api accounts: readonly { readonly key: string; readonly name: string }[] = [];
  @api pageSize = 10;
  @api invoiceFilter = 'All';
  /** What an admin has hidden. */
  @api hides: Readonly<Partial<Record<Section, boolean>>> = {};

  readonly labels = labels.ofTemplate;
  counts: Readonly<Partial<Record<Section, number>>> = {};
  /** Opened so far, the newest last. */
  chosen: readonly Section[] = [];
  accountId = '';

  get tabs(): (Tab & { properties: object })[] {
    const { recordId, accountId, pageSize, invoiceFilter } = this;
    const own = { recordId, accountId };
    const paged = { ...own, pageSize };
    const lists = {
      subscriptions: own,
      invoices: { ...paged, invoiceFilter },
      payments: paged,
      usage: own,
      timeline: paged,
    };
    return tabsOf(this.hides, this.chosen, this.counts).map((tab) => ({ ...tab, properties: lists[tab.key] }));
  }

  get hasTabs(): boolean {
    return this.tabs.length > 0;
  }

  get options(): Choice[] {
    const each = this.accounts.map(({ key, name }) => ({ value: key, label: name || key }));
    const all = { value: '', label: labels.allAccounts };
    return [all, ...each].map((one) => ({ ...one, selected: one.value === this.accountId }));
  }

  get canPick(): boolean {
    return this.accounts.length > 1;
  }

  /** Asks Salesforce again for every list that was opened. */
  @api async refresh(): Promise<void> {
    const lists = [...(this.template?.querySelectorAll<Element & { refresh(): Promise<void> }>('[data-list]') ?? [])];
    await Promise.all(lists.map((list) => list.refresh()));
  }

  open(event: Event): void {
    const key = (event.currentTarget as HTMLElement).dataset.key as Section;
    this.chosen = [...this.chosen.filter((other) => other !== key), key];
  }

  /** Arrows move between tabs; what they reach is opened by Enter or Space, so that passing by asks nothing. */
  handleKey(event: KeyboardEvent): void {
    const tabs = [...(this.template?.querySelectorAll<HTMLElement>('[role=tab]') ?? [])];
    const target = tabAt(tabs, event.target as HTMLElement, event.key);
    if (target) {
      event.preventDefault();
      target.focus();
    }
  }

  pick(event: Event): void {
    this.accountId = (event.target as HTMLSelectElement).value;
  }

  handleCount(event: CustomEvent<{ section: Section; count: number }>): void {
    const { section, count } = event.detail;
    this.counts = { ...this.counts, [section]: count };
  }
}
