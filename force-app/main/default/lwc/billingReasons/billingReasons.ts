import { standingOf, textOf } from 'c/billingRows';
import { fill, formatDate } from 'c/textUtils';
import { api, LightningElement } from 'lwc';
import type { Detail } from './details';
import { detailOf } from './details';
import * as labels from './labels';

/** How a figure of the health panel came about. */
export default class BillingReasons extends LightningElement {
  /** Key of the figure. */
  @api figure = '';
  /** What was answered about the Account. */
  @api data: unknown;

  get detail(): Detail {
    return detailOf(this.figure, this.data);
  }

  get asOf(): string {
    const [health] = standingOf(this.data, 'Billing_Health__c');
    const day = formatDate(textOf(health, 'As_Of__c'));
    return day ? fill(labels.asOf, day) : '';
  }
}
