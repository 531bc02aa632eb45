import timeZone from '@salesforce/i18n/timeZone';
import type { Panel } from 'c/billingRows';
import type { Listed, Page, Place, Turn, Variables } from 'c/pagedList';
import { FIRST_PAGE, NOT_LISTED, pagedPanel, pageOf, receive, turned, variablesOf } from 'c/pagedList';
import type { GraphqlResult } from 'lightning/graphql';
import { graphql } from 'lightning/graphql';
import { api, LightningElement, wire } from 'lwc';
import { chosenBy, FILTERS } from './filters';
import * as labels from './labels';
import { QUERY } from './query';
import type { EventRow } from './rows';
import { eventRows } from './rows';

const OBJECT = 'Billing_Event__c';

/** What happened in billing, the newest first, a sentence each. */
export default class BillingTimeline extends LightningElement {
  @api recordId: string | undefined;
  /** Rows of a page. */
  @api pageSize = 10;

  readonly labels = labels.ofTemplate;
  readonly filters = FILTERS;
  listed: Listed = NOT_LISTED;
  place: Place = FIRST_PAGE;
  filter = 'All';
  account = '';

  /** Shows those of one billing account alone; empty for all. */
  @api
  get accountId(): string {
    return this.account;
  }
  set accountId(id: string) {
    this.account = id;
    this.place = turned(this.place, this.listed, OBJECT, 'first');
  }

  @wire(graphql, { query: QUERY, variables: '$variables' })
  received(result: GraphqlResult): void {
    Object.assign(this, receive(this, result, this.recordId));
  }

  get variables(): Variables {
    return variablesOf(this.place, this.recordId, this.pageSize, chosenBy(this.filter, this.account));
  }

  /** Asks Salesforce again. */
  @api async refresh(): Promise<void> {
    await this.listed.asked.refresh?.();
  }

  get panel(): Panel {
    return pagedPanel(this.listed, OBJECT);
  }

  get page(): Page {
    return pageOf(this.listed, this.place, OBJECT, this.pageSize);
  }

  get emptyText(): string {
    return this.filter === 'All' ? labels.empty : labels.noneSuch;
  }

  get rows(): EventRow[] {
    return eventRows(this.panel.rows, timeZone);
  }

  choose(event: CustomEvent<{ value: string }>): void {
    this.filter = event.detail.value;
    this.place = turned(this.place, this.listed, OBJECT, 'first');
  }

  turn(event: CustomEvent<{ to: Turn }>): void {
    this.place = turned(this.place, this.listed, OBJECT, event.detail.to);
  }
}
