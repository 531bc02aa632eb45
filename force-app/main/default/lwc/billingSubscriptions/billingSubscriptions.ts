import type { Asked, Panel } from 'c/billingRows';
import { counted, NOT_ASKED, ofBillingAccount, panelOf, remember, shortList, toggled } from 'c/billingRows';
import { fill } from 'c/textUtils';
import type { GraphqlResult } from 'lightning/graphql';
import { graphql } from 'lightning/graphql';
import { api, LightningElement, wire } from 'lwc';
import * as labels from './labels';
import { QUERY } from './query';
import type { SubscriptionRow } from './rows';
import { knownByNumber, subscriptionRows } from './rows';

/**
 * What the customer has bought: plan, term, MRR and state of each subscription, with its charges when it is opened. Fires at every answer `known` with `{ known }`, a Map of subscription number → Known, and `count`.
 */
export default class BillingSubscriptions extends LightningElement {
  @api recordId: string | undefined;
  /** Shows those of one billing account alone; empty for all. */
  @api accountId = '';

  readonly labels = labels.ofTemplate;
  asked: Asked = NOT_ASKED;
  showsAll = false;
  opened: ReadonlySet<string> = new Set();

  @wire(graphql, { query: QUERY, variables: '$variables' })
  received(result: GraphqlResult): void {
    this.asked = remember(this.asked, result, this.recordId);
    const { phase, rows } = this.panel;
    this.dispatchEvent(
      new CustomEvent('known', { detail: { known: knownByNumber(rows) }, bubbles: true, composed: true }),
    );
    if (phase === 'ready') {
      this.dispatchEvent(counted('subscriptions', rows.length));
    }
  }

  get variables(): { accountId: string | undefined } {
    return { accountId: this.recordId };
  }

  /** Asks Salesforce again. */
  @api async refresh(): Promise<void> {
    await this.asked.refresh?.();
  }

  get panel(): Panel {
    return panelOf(this.asked, 'Billing_Subscription__c');
  }

  get shows(): { term: boolean; mrr: boolean; status: boolean } {
    const { fields } = this.panel;
    return {
      term: fields.has('Term_End_Date__c') || fields.has('Term_Type__c'),
      mrr: fields.has('MRR__c'),
      status: fields.has('Status__c'),
    };
  }

  get columns(): { label: string; className: string }[] {
    const { term, mrr, status } = this.shows;
    return [
      { label: labels.subscription, className: '', isShown: true },
      { label: labels.term, className: 'dates', isShown: term },
      { label: labels.mrr, className: 'right', isShown: mrr },
      { label: labels.status, className: '', isShown: status },
    ].filter(({ isShown }) => isShown);
  }

  get rows(): SubscriptionRow[] {
    return this.showsAll ? this.allRows : shortList(this.allRows, (row) => row.live);
  }

  get allRows(): SubscriptionRow[] {
    return subscriptionRows(ofBillingAccount(this.panel.rows, this.accountId), this.opened);
  }

  get showAllText(): string {
    const total = this.allRows.length;
    return this.rows.length < total ? fill(labels.showAll, total) : '';
  }

  toggle(event: Event): void {
    this.opened = toggled(this.opened, (event.currentTarget as HTMLElement).dataset.key ?? '');
  }

  showAll(): void {
    this.showsAll = true;
  }
}
