import detailsLabel from '@salesforce/label/c.Billing_Error_Details';
import otherAdvice from '@salesforce/label/c.Billing_Error_Other_Advice';
import otherMessage from '@salesforce/label/c.Billing_Error_Other';
import retryLabel from '@salesforce/label/c.Billing_Try_Again';
import type { Explained } from 'c/errorUtils';
import { api, LightningElement } from 'lwc';

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
    // Most pages never need the words for each kind of error.
    import('c/errorUtils')
      .then(({ explain }) => explain(errors))
      .catch(() => unexplained(errors))
      .then((explained) => {
        this.explained = explained;
      });
  }

  retry(): void {
    this.dispatchEvent(new CustomEvent('retry'));
  }
}

/** What can be said where not even words can be loaded: offline, or in an org without Lightning Web Security. */
function unexplained(errors: unknown): Explained {
  const details = [errors].flat().flatMap((error) => (error as Partial<Error> | null)?.message ?? []);
  return { message: otherMessage, advice: otherAdvice, details: details.join('; ') };
}
