import timeZone from '@salesforce/i18n/timeZone';
import { formatTime } from 'c/dateUtils';
import type { Row } from 'c/graphqlRows';
import type { Asked, Panel } from 'c/panelState';
import { connectionsOf, NOT_ASKED, panelOf, remember } from 'c/panelState';
import type { Link } from 'c/sourceUtils';
import { fill } from 'c/textUtils';
import { every, whenVisible } from 'c/ticker';
import type { GraphqlResult } from 'lightning/graphql';
import { graphql } from 'lightning/graphql';
import { api, LightningElement, wire } from 'lwc';
import { labels } from './labels';
import { QUERY } from './query';

const WATCH_SECONDS = 60;

type Refreshable = Element & { refresh(): Promise<void> };

/** Everything that billing knows about an Account. Asks again when told, when seen again, and while in dunning. */
export default class Billing360 extends LightningElement {
  @api recordId: string | undefined;

  readonly labels = labels;
  asked: Asked = NOT_ASKED;
  isRefreshing = false;
  /** How the last refresh went, whoever asked for it. */
  outcome = '';
  /** The same read aloud, for a refresh that the person asked for. */
  announcement = '';
  /** Of the Account's subscriptions, by their number. */
  links: ReadonlyMap<string, Link> = new Map();
  stopVisible: (() => void) | undefined;
  stopWatching: (() => void) | undefined;

  @wire(graphql, { query: QUERY, variables: '$variables' })
  received(result: GraphqlResult): void {
    this.asked = remember(this.asked, result, this.recordId);
  }

  get variables(): { recordId: string | undefined } {
    return { recordId: this.recordId };
  }

  override connectedCallback(): void {
    this.stopVisible = whenVisible(() => this.refresh());
  }

  override disconnectedCallback(): void {
    this.stopVisible?.();
    this.watch(false);
  }

  /** Asks Salesforce again, for every panel at once; one that fails says so itself. */
  @api async refresh(): Promise<void> {
    const panels = [...(this.template?.querySelectorAll<Refreshable>('[data-panel]') ?? [])];
    const asked = await Promise.allSettled([this.asked.refresh?.(), ...panels.map((panel) => panel.refresh())]);
    const failed = this.asked.errors.length > 0 || asked.some(({ status }) => status === 'rejected');
    this.outcome = failed ? labels.refreshFailed : fill(labels.refreshed, formatTime(new Date(), timeZone));
  }

  async handleRefresh(): Promise<void> {
    this.isRefreshing = true;
    this.announcement = labels.refreshing;
    await this.refresh();
    this.isRefreshing = false;
    this.announcement = this.outcome;
  }

  handleKnown(event: CustomEvent<{ links: ReadonlyMap<string, Link> }>): void {
    this.links = event.detail.links;
  }

  handleMotion(event: CustomEvent<{ inMotion: boolean }>): void {
    this.watch(event.detail.inMotion);
  }

  watch(inMotion: boolean): void {
    if (inMotion && !this.stopWatching) {
      // A hidden page asks nothing: it asks as soon as it is seen again.
      this.stopWatching = every(WATCH_SECONDS, () => document.visibilityState !== 'hidden' && this.refresh());
    } else if (!inMotion) {
      this.stopWatching?.();
      this.stopWatching = undefined;
    }
  }

  get panel(): Panel {
    return panelOf(this.asked, 'Billing_Account__c', ['Name', 'Source__c', 'Status__c']);
  }

  get connections(): readonly Row[] {
    return connectionsOf(this.panel);
  }

  get refreshText(): string {
    return this.isRefreshing ? labels.refreshing : labels.refresh;
  }
}
