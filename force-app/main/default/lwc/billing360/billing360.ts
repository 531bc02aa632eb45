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
import { allDone, outcomeOf } from './refreshing';

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
  asked: Asked = NOT_ASKED;
  shows: Shows = { details: false, dunning: false, accounts: false };
  /** How asking again went last. */
  outcome = '';
  known: ReadonlyMap<string, Known> = new Map();
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

  /** Asks Salesforce again, for every panel at once; one that fails says so itself. */
  @api async refresh(): Promise<void> {
    const panels = [...(this.template?.querySelectorAll<Refreshable>('[data-panel]') ?? [])];
    const isDone = await allDone([this.asked.refresh?.(), ...panels.map((panel) => panel.refresh())]);
    this.outcome = outcomeOf(isDone && this.asked.errors.length === 0, new Date());
  }

  handleKnown(event: CustomEvent<{ known: ReadonlyMap<string, Known> }>): void {
    this.known = event.detail.known;
  }

  get hides(): Readonly<Record<string, boolean>> {
    return {
      subscriptions: this.hideSubscriptions,
      invoices: this.hideInvoices,
      payments: this.hidePayments,
      usage: this.hideUsage,
      timeline: this.hideTimeline,
    };
  }

  get overview(): Overview {
    return overviewOf(this.asked, this.compact, this.shows);
  }

  handleDunning(): void {
    this.shows = { ...this.shows, dunning: true };
  }

  showAllAccounts(): void {
    this.shows = { ...this.shows, accounts: true };
  }

  showDetails(): void {
    this.shows = { ...this.shows, details: true };
  }
}
