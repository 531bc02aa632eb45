import type { Asked, Known } from 'c/billingRows';
import { NOT_ASKED, remember } from 'c/billingRows';
import type { GraphqlResult } from 'lightning/graphql';
import { graphql } from 'lightning/graphql';
import { api, LightningElement, wire } from 'lwc';
import type { Health } from './health';
import { healthOf } from './health';
import { ofTemplate } from './labels';
import type { Overview, Shows } from './overview';
import { overviewOf } from './overview';
import { QUERY } from './query';
import type { Refreshable } from './refreshing';
import { refreshed } from './refreshing';
import type { Section, Tab } from './tabs';
import { moveFocus, tabsOf } from './tabs';

/** Everything that billing knows about an Account. Asks again when told, when seen again, and while in dunning. */
export default class Billing360 extends LightningElement {
  @api recordId: string | undefined;
  /** The figures that matter most; the lists are a click away. */
  @api compact = false;
  /** Invoices that are shown first: `All`, `Open`, `Overdue` or `Paid`. */
  @api invoiceFilter = 'All';
  @api pageSize = 10;
  @api hideSubscriptions = false;
  @api hideInvoices = false;
  @api hidePayments = false;
  @api hideUsage = false;
  @api hideTimeline = false;

  readonly labels = ofTemplate;
  readonly moveFocus = moveFocus;
  asked: Asked = NOT_ASKED;
  shows: Shows = { details: false, dunning: false, accounts: false };
  /** How asking again went last. */
  outcome = '';
  /** What is known of the Account's subscriptions, by their number. */
  known: ReadonlyMap<string, Known> = new Map();
  /** Tabs that the person has opened, the newest last: a list is asked when its tab is opened first, and kept from then on. */
  chosen: readonly Section[] = [];
  counts: Readonly<Partial<Record<Section, number>>> = {};
  /** Key of the figure whose details are open. */
  opened = '';
  /** The billing account whose rows are looked at alone; empty for all. */
  accountId = '';

  @wire(graphql, { query: QUERY, variables: '$variables' })
  received(result: GraphqlResult): void {
    this.asked = remember(this.asked, result, this.recordId);
  }

  get variables(): { accountId: string | undefined } {
    return { accountId: this.recordId };
  }

  /** Asks Salesforce again, for every open list at once; one that fails says so itself. */
  @api async refresh(): Promise<void> {
    const lists = this.template?.querySelectorAll<Refreshable>('[data-list]') ?? [];
    this.outcome = await refreshed(() => this.asked, [...lists]);
  }

  get overview(): Overview {
    return overviewOf(this.asked, this.compact, this.shows, this.accountId);
  }

  get health(): Health {
    return healthOf(this.asked, this.known, this.overview.folded, this.opened);
  }

  get tabs(): Tab[] {
    return this.overview.folded ? [] : tabsOf(this);
  }

  show(event: Event): void {
    this.shows = { ...this.shows, [(event.currentTarget as HTMLElement).dataset.shows!]: true };
  }

  toggle(event: Event): void {
    const { key } = (event.currentTarget as HTMLElement).dataset;
    this.opened = this.opened === key ? '' : key!;
  }

  open(event: Event): void {
    const key = (event.currentTarget as HTMLElement).dataset.key as Section;
    this.chosen = [...this.chosen.filter((other) => other !== key), key];
  }

  pick(event: Event): void {
    this.accountId = (event.target as HTMLSelectElement).value;
  }

  keepCount({ detail }: CustomEvent<{ section: Section; count: number }>): void {
    this.counts = { ...this.counts, [detail.section]: detail.count };
  }

  keepKnown({ detail }: CustomEvent<{ known: ReadonlyMap<string, Known> }>): void {
    this.known = detail.known;
  }
}
