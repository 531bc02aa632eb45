import detailsLabel from '@salesforce/label/c.Billing_Error_Details';
import retryLabel from '@salesforce/label/c.Billing_Try_Again';
import type { Explained } from 'c/errorUtils';
import { explain } from 'c/errorUtils';
import { api, LightningElement } from 'lwc';

/** Shows what went wrong and what to do; `retry` is fired when the person asks to try again. */
export default class ErrorPanel extends LightningElement {
  @api errors: unknown;

  readonly labels = { details: detailsLabel, retry: retryLabel };

  get explained(): Explained {
    return explain(this.errors);
  }

  retry(): void {
    this.dispatchEvent(new CustomEvent('retry'));
  }
}
