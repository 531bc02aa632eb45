import type { Row } from 'c/graphqlRows';
import { rowsOf } from 'c/graphqlRows';
import type { Asked } from 'c/panelState';
import { NOT_ASKED, remember } from 'c/panelState';
import { every, whenVisible } from 'c/ticker';
import type { GraphqlResult } from 'lightning/graphql';
import { graphql } from 'lightning/graphql';
import { api, LightningElement, wire } from 'lwc';
import { accountsText } from './accounts';
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
  announcement = '';
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
    await Promise.allSettled([this.asked.refresh?.(), ...panels.map((panel) => panel.refresh())]);
  }

  async handleRefresh(): Promise<void> {
    this.isRefreshing = true;
    this.announcement = labels.refreshing;
    await this.refresh();
    this.isRefreshing = false;
    this.announcement = labels.refreshed;
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

  get accounts(): string {
    return accountsText(this.asked.data);
  }

  get connections(): readonly Row[] {
    return rowsOf(this.asked.data, 'Billing_Connection__c') ?? [];
  }

  get refreshText(): string {
    return this.isRefreshing ? labels.refreshing : labels.refresh;
  }
}
