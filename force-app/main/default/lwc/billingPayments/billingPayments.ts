import timeZone from '@salesforce/i18n/timeZone';
import type { Panel } from 'c/billingRows';
import { counted } from 'c/billingRows';
import type { Listed, Page, Place, Turn, Variables } from 'c/pagedList';
import { FIRST_PAGE, NOT_LISTED, pagedPanel, pageOf, receive, turned, variablesOf } from 'c/pagedList';
import type { GraphqlResult } from 'lightning/graphql';
import { graphql } from 'lightning/graphql';
import { api, LightningElement, wire } from 'lwc';
import { ofTemplate } from './labels';
import { QUERY } from './query';
import type { PaymentRow, Shows } from './rows';
import { chosenBy, paymentRows, showsOf } from './rows';

const OBJECT = 'Billing_Payment__c';

/**
 * Payments and attempts, the newest first: each failed one with its reason, what was given back and what is disputed. Fires
 * `count` when all are listed.
 */
export default class BillingPayments extends LightningElement {
  @api recordId: string | undefined;
  /** Rows of a page. */
  @api pageSize = 10;

  readonly labels = ofTemplate;
  listed: Listed = NOT_LISTED;
  place: Place = FIRST_PAGE;
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
    const count = !this.account ? this.page.total : null;
    if (count !== null) {
      this.dispatchEvent(counted('payments', count));
    }
  }

  get variables(): Variables {
    return variablesOf(this.place, this.recordId, this.pageSize, chosenBy(this.account));
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

  get shows(): Shows {
    return showsOf(this.panel.fields);
  }

  get rows(): PaymentRow[] {
    return paymentRows(this.panel.rows, timeZone);
  }

  turn(event: CustomEvent<{ to: Turn }>): void {
    this.place = turned(this.place, this.listed, OBJECT, event.detail.to);
  }
}
