import type { Asked, Panel } from 'c/billingRows';
import { counted, NOT_ASKED, ofBillingAccount, panelOf, remember, shortList } from 'c/billingRows';
import { fill } from 'c/textUtils';
import type { GraphqlResult } from 'lightning/graphql';
import { graphql } from 'lightning/graphql';
import { api, LightningElement, wire } from 'lwc';
import * as labels from './labels';
import { QUERY } from './query';
import type { UsageRow } from './rows';
import { usageRows } from './rows';

/** What was used in each period, against the limit where there is one. Fires `count` with how much is measured now. */
export default class BillingUsage extends LightningElement {
  @api recordId: string | undefined;
  /** Shows that of one billing account alone; empty for all. */
  @api accountId = '';

  readonly labels = labels.ofTemplate;
  asked: Asked = NOT_ASKED;
  showsAll = false;

  @wire(graphql, { query: QUERY, variables: '$variables' })
  received(result: GraphqlResult): void {
    this.asked = remember(this.asked, result, this.recordId);
    const count = this.allRows.filter((row) => row.current).length;
    if (this.panel.phase === 'ready' && !this.accountId) {
      this.dispatchEvent(counted('usage', count));
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
    return panelOf(this.asked, 'Usage__c');
  }

  get rows(): UsageRow[] {
    const busy = this.allRows.filter((row) => !row.idle);
    return this.showsAll || busy.length === 0 ? this.allRows : shortList(busy, (row) => row.current);
  }

  get allRows(): UsageRow[] {
    return usageRows(ofBillingAccount(this.panel.rows, this.accountId));
  }

  get showAllText(): string {
    const total = this.allRows.length;
    return this.rows.length < total ? fill(labels.showAll, total) : '';
  }

  showAll(): void {
    this.showsAll = true;
  }
}
