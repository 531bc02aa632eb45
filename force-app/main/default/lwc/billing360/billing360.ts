import type { Asked } from 'c/panelState';
import { NOT_ASKED, remember } from 'c/panelState';
import type { Known } from 'c/sourceUtils';
import type { Watch } from 'c/ticker';
import { watch } from 'c/ticker';
import type { GraphqlResult } from 'lightning/graphql';
import { graphql } from 'lightning/graphql';
import { api, LightningElement, wire } from 'lwc';
import { ofTemplate } from './labels';
import type { Overview, Shows } from './overview';
import { isInDunning, overviewOf } from './overview';
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
  /** The billing account whose rows are looked at alone; empty for all. */
  accountId = '';
  watching: Watch | undefined;

  @wire(graphql, { query: QUERY, variables: '$variables' })
  received(result: GraphqlResult): void {
    this.asked = remember(this.asked, result, this.recordId);
    this.watching?.inMotion(isInDunning(this.asked));
  }

  get variables(): { accountId: string | undefined } {
    return { accountId: this.recordId };
  }

  override connectedCallback(): void {
    this.watching = watch(() => this.refresh());
  }

  override disconnectedCallback(): void {
    this.watching?.stop();
  }

  /** Asks Salesforce again, for every open list at once; one that fails says so itself. */
  @api async refresh(): Promise<void> {
    const lists = this.template?.querySelectorAll<Refreshable>('[data-list]') ?? [];
    this.outcome = await refreshed(() => this.asked, [...lists]);
  }

  get overview(): Overview {
    return overviewOf(this.asked, this.compact, this.shows, this.accountId);
  }

  get tabs(): Tab[] {
    return this.overview.folded ? [] : tabsOf(this);
  }

  show(event: Event): void {
    this.shows = { ...this.shows, [(event.currentTarget as HTMLElement).dataset.shows!]: true };
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
