import type { Asked, Panel } from 'c/panelState';
import { NOT_ASKED, panelOf } from 'c/panelState';
import { api, LightningElement } from 'lwc';
import type { Ages } from './ages';
import { agesOf, FIELDS } from './ages';
import { labels } from './labels';

/** What is still to be paid by how late it is, a bar a currency: amounts of two currencies are never added. */
export default class BillingBalance extends LightningElement {
  /** What was answered about the Account. */
  @api asked: Asked = NOT_ASKED;

  readonly labels = labels;

  get panel(): Panel {
    return panelOf(this.asked, 'Billing_Balance__c', FIELDS);
  }

  get isShown(): boolean {
    return this.panel.phase === 'ready';
  }

  get bars(): Ages[] {
    return agesOf(this.panel.rows);
  }

  get nothing(): boolean {
    return this.bars.length === 0;
  }
}
