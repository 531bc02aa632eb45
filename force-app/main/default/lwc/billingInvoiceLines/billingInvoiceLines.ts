import type { Asked, Panel } from 'c/billingRows';
import { NOT_ASKED, remember, rowsOf } from 'c/billingRows';
import { childPanel, childrenOf } from 'c/childRows';
import type { GraphqlResult } from 'lightning/graphql';
import { graphql } from 'lightning/graphql';
import { api, LightningElement, wire } from 'lwc';
import { ofTemplate } from './labels';
import { QUERY } from './query';
import type { LineRow, MemoRow } from './rows';
import { lineRows, memoRows } from './rows';

/** Lines of one invoice, and the memos that correct it. */
export default class BillingInvoiceLines extends LightningElement {
  @api invoiceId: string | undefined;

  readonly labels = ofTemplate;
  asked: Asked = NOT_ASKED;

  @wire(graphql, { query: QUERY, variables: '$variables' })
  received(result: GraphqlResult): void {
    this.asked = remember(this.asked, result, this.invoiceId);
  }

  get variables(): { invoiceId: string | undefined } {
    return { invoiceId: this.invoiceId };
  }

  /** Asks Salesforce again. */
  @api async refresh(): Promise<void> {
    await this.asked.refresh?.();
  }

  get panel(): Panel {
    const [invoice] = rowsOf(this.asked.data, 'Billing_Invoice__c') ?? [];
    return childPanel(this.asked, childrenOf(invoice, 'Billing_Invoice_Items__r'));
  }

  get rows(): LineRow[] {
    return lineRows(this.panel.rows);
  }

  get memos(): MemoRow[] {
    const [invoice] = rowsOf(this.asked.data, 'Billing_Invoice__c') ?? [];
    return memoRows(childrenOf(invoice, 'Billing_Credit_Memos__r') ?? []);
  }

  get hasMemos(): boolean {
    return this.memos.length > 0;
  }
}
