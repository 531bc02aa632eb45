import detailsLabel from '@salesforce/label/c.Billing_Error_Details';
import networkAdvice from '@salesforce/label/c.Billing_Error_Network_Advice';
import networkMessage from '@salesforce/label/c.Billing_Error_Network';
import retryLabel from '@salesforce/label/c.Billing_Try_Again';
import type { Explained } from 'c/errorUtils';
import { api, LightningElement } from 'lwc';

/** Said when not even the words for what went wrong could be loaded. */
const NO_ANSWER: Explained = { message: networkMessage, advice: networkAdvice, details: '' };

/** Shows what went wrong and what to do; `retry` is fired when the person asks to try again. */
export default class ErrorPanel extends LightningElement {
  readonly labels = { details: detailsLabel, retry: retryLabel };
  told: unknown;
  explained: Explained | null = null;

  @api
  get errors(): unknown {
    return this.told;
  }
  set errors(errors: unknown) {
    this.told = errors;
    // Most pages never need the words for errors.
    import('c/errorUtils')
      .then(({ explain }) => explain(errors))
      .catch(() => NO_ANSWER)
      .then((explained) => {
        this.explained = explained;
      });
  }

  retry(): void {
    this.dispatchEvent(new CustomEvent('retry'));
  }
}
