import timeZone from '@salesforce/i18n/timeZone';
import type { Asked, Panel } from 'c/panelState';
import { NOT_ASKED, panelOf, remember, shortList } from 'c/panelState';
import { fill } from 'c/textUtils';
import type { GraphqlResult } from 'lightning/graphql';
import { graphql } from 'lightning/graphql';
import { api, LightningElement, wire } from 'lwc';
import { labels } from './labels';
import { QUERY } from './query';
import type { InvoiceRow } from './rows';
import { FIELDS, invoiceRows } from './rows';

/** Invoices with what is still to be paid, how late it is, and how collecting it goes. */
export default class BillingInvoices extends LightningElement {
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
    return panelOf(this.asked, 'Billing_Invoice__c', FIELDS);
  }

  get shows(): { due: boolean; balance: boolean; status: boolean } {
    const { fields } = this.panel;
    return {
      due: fields.has('Due_Date__c') || fields.has('Days_Overdue__c'),
      balance: fields.has('Balance__c') || fields.has('Amount__c'),
      status: fields.has('Status__c'),
    };
  }

  get rows(): InvoiceRow[] {
    return this.showsAll ? this.allRows : shortList(this.allRows, (row) => row.open);
  }

  get allRows(): InvoiceRow[] {
    return invoiceRows(this.panel.rows, timeZone);
  }

  get showAllText(): string {
    const total = this.allRows.length;
    return this.rows.length < total ? fill(labels.showAll, total) : '';
  }

  showAll(): void {
    this.showsAll = true;
  }
}
