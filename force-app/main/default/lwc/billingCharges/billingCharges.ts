import type { Asked, Panel, Row } from 'c/billingRows';
import { NOT_ASKED, remember, rowsOf, textOf } from 'c/billingRows';
import { childPanel, childrenOf } from 'c/childRows';
import type { GraphqlResult } from 'lightning/graphql';
import { graphql } from 'lightning/graphql';
import { api, LightningElement, wire } from 'lwc';
import type { ChargeRow } from './rows';
import { chargeRows, lastChangeOf } from './rows';
import { ofTemplate } from './labels';
import { QUERY } from './query';

/**
 * How the MRR of a subscription comes about, its last change, and its charges: price, quantity, and what each adds to the
 * MRR or why it adds nothing.
 */
export default class BillingCharges extends LightningElement {
  @api subscription: Row | undefined;

  readonly labels = ofTemplate;
  asked: Asked = NOT_ASKED;

  @wire(graphql, { query: QUERY, variables: '$variables' })
  received(result: GraphqlResult): void {
    this.asked = remember(this.asked, result, this.subscription?.Id);
  }

  get variables(): { subscriptionId: string | undefined } {
    return { subscriptionId: this.subscription?.Id };
  }

  /** Asks Salesforce again. */
  @api async refresh(): Promise<void> {
    await this.asked.refresh?.();
  }

  get panel(): Panel {
    const [found] = rowsOf(this.asked.data, 'Billing_Subscription__c') ?? [];
    return childPanel(this.asked, childrenOf(found, 'Billing_Charges__r'));
  }

  get mrrReason(): string | null {
    return textOf(this.subscription, 'MRR_Reason__c');
  }

  get lastChange(): string {
    return lastChangeOf(this.subscription);
  }

  get rows(): ChargeRow[] {
    return chargeRows(this.panel.rows);
  }
}
