import timeZone from '@salesforce/i18n/timeZone';
import type { Row } from 'c/billingRows';
import { api, LightningElement } from 'lwc';
import * as labels from './labels';
import type { Order } from './order';
import { orderOf } from './order';

/** What becomes of a deal in billing, or would become of it: state, faults, what is ordered, and what it comes to. */
export default class BillingOrder extends LightningElement {
  /** Row of Billing_Order__c; absent where the user may read none. */
  @api order: Row | undefined;
  /** The Opportunity. */
  @api page: Row | undefined;

  readonly labels = labels.ofTemplate;

  get view(): Order {
    return orderOf(this.order, this.page, timeZone);
  }
}
