import { rowsOf } from 'c/graphqlRows';
import type { Asked, Panel } from 'c/panelState';
import { NOT_ASKED, remember } from 'c/panelState';
import { childPanel, childrenOf } from 'c/rowUtils';
import type { GraphqlResult } from 'lightning/graphql';
import { graphql } from 'lightning/graphql';
import { api, LightningElement, wire } from 'lwc';
import type { ChargeRow } from './rows';
import { chargeRows, FIELDS } from './rows';
import { labels } from './labels';
import { QUERY } from './query';

/** Charges of one subscription: price, quantity, and what each adds to its MRR or why it adds nothing. */
export default class BillingCharges extends LightningElement {
  @api subscriptionId: string | undefined;

  readonly labels = labels;
  asked: Asked = NOT_ASKED;

  @wire(graphql, { query: QUERY, variables: '$variables' })
  received(result: GraphqlResult): void {
    this.asked = remember(this.asked, result, this.subscriptionId);
  }

  get variables(): { subscriptionId: string | undefined } {
    return { subscriptionId: this.subscriptionId };
  }

  /** Asks Salesforce again. */
  @api async refresh(): Promise<void> {
    await this.asked.refresh?.();
  }

  get panel(): Panel {
    const [subscription] = rowsOf(this.asked.data, 'Billing_Subscription__c') ?? [];
    return childPanel(this.asked, childrenOf(subscription, 'Billing_Charges__r'), FIELDS);
  }

  get rows(): ChargeRow[] {
    return chargeRows(this.panel.rows);
  }
}
