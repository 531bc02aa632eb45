import timeZone from '@salesforce/i18n/timeZone';
import type { Asked, Panel } from 'c/panelState';
import { NOT_ASKED, panelOf, remember, shortList } from 'c/panelState';
import { fill } from 'c/textUtils';
import type { GraphqlResult } from 'lightning/graphql';
import { graphql } from 'lightning/graphql';
import { api, LightningElement, wire } from 'lwc';
import { labels } from './labels';
import { QUERY } from './query';
import type { PaymentRow } from './rows';
import { FIELDS, paymentRows } from './rows';

/** Payments and attempts, the newest first, each failed one with its reason. */
export default class BillingPayments extends LightningElement {
  @api recordId: string | undefined;

  readonly labels = labels;
  asked: Asked = NOT_ASKED;
  showsAll = false;

  @wire(graphql, { query: QUERY, variables: '$variables' })
  received(result: GraphqlResult): void {
    this.asked = remember(this.asked, result, this.recordId);
  }

  get variables(): { recordId: string | undefined } {
    return { recordId: this.recordId };
  }

  /** Asks Salesforce again. */
  @api async refresh(): Promise<void> {
    await this.asked.refresh?.();
  }

  get panel(): Panel {
    return panelOf(this.asked, 'Billing_Payment__c', FIELDS);
  }

  get shows(): { when: boolean; amount: boolean; status: boolean } {
    const { fields } = this.panel;
    return {
      when: fields.has('Paid_At__c') || fields.has('Method__c'),
      amount: fields.has('Amount__c'),
      status: ['Status__c', 'Decline_Reason__c', 'Decline_Code__c'].some((field) => fields.has(field)),
    };
  }

  get rows(): PaymentRow[] {
    return this.showsAll ? this.allRows : shortList(this.allRows, () => false);
  }

  get allRows(): PaymentRow[] {
    return paymentRows(this.panel.rows, timeZone);
  }

  get showAllText(): string {
    const total = this.allRows.length;
    return this.rows.length < total ? fill(labels.showAll, total) : '';
  }

  showAll(): void {
    this.showsAll = true;
  }
}
