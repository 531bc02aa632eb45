import type { Asked, Panel } from 'c/panelState';
import { NOT_ASKED, panelOf, remember, shortList } from 'c/panelState';
import { fill } from 'c/textUtils';
import type { GraphqlResult } from 'lightning/graphql';
import { graphql } from 'lightning/graphql';
import { api, LightningElement, wire } from 'lwc';
import { labels } from './labels';
import { QUERY } from './query';
import type { SubscriptionRow } from './rows';
import { FIELDS, linksByNumber, subscriptionRows } from './rows';

/**
 * What the customer has bought: plan, term, MRR with its reason, and state of each subscription. Fires `known` with
 * `{ links }`, a Map of subscription number → Link, at every answer.
 */
export default class BillingSubscriptions extends LightningElement {
  @api recordId: string | undefined;

  readonly labels = labels;
  asked: Asked = NOT_ASKED;
  showsAll = false;

  @wire(graphql, { query: QUERY, variables: '$variables' })
  received(result: GraphqlResult): void {
    this.asked = remember(this.asked, result, this.recordId);
    this.dispatchEvent(new CustomEvent('known', { detail: { links: linksByNumber(this.panel.rows) } }));
  }

  get variables(): { recordId: string | undefined } {
    return { recordId: this.recordId };
  }

  /** Asks Salesforce again. */
  @api async refresh(): Promise<void> {
    await this.asked.refresh?.();
  }

  get panel(): Panel {
    return panelOf(this.asked, 'Billing_Subscription__c', FIELDS);
  }

  get shows(): { term: boolean; mrr: boolean; status: boolean } {
    const { fields } = this.panel;
    return {
      term: fields.has('Term_End_Date__c') || fields.has('Term_Type__c'),
      mrr: fields.has('MRR__c'),
      status: fields.has('Status__c'),
    };
  }

  get rows(): SubscriptionRow[] {
    return this.showsAll ? this.allRows : shortList(this.allRows, (row) => row.live);
  }

  get allRows(): SubscriptionRow[] {
    return subscriptionRows(this.panel.rows);
  }

  get showAllText(): string {
    const total = this.allRows.length;
    return this.rows.length < total ? fill(labels.showAll, total) : '';
  }

  showAll(): void {
    this.showsAll = true;
  }
}
