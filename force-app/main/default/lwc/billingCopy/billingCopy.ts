import copiedLabel from '@salesforce/label/c.Billing_Copied';
import copyFailedLabel from '@salesforce/label/c.Billing_Copy_Failed';
import copyOneLabel from '@salesforce/label/c.Billing_Copy_One';
import { copyText } from 'c/copyUtils';
import { fill } from 'c/textUtils';
import { api, LightningElement } from 'lwc';

/** A button that copies a text; where the browser refuses, the text is shown selected, to be copied by hand. */
export default class BillingCopy extends LightningElement {
  /** What goes into the clipboard. */
  @api text = '';
  /** What it is, such as "Total". */
  @api name = '';
  /** Written on the button; without it the button is a sign beside what it copies. */
  @api label: string | undefined;

  readonly labels = { failed: copyFailedLabel };
  outcome = '';
  byHand = '';

  get hint(): string {
    return fill(copyOneLabel, this.name);
  }

  get isDone(): boolean {
    return this.outcome === copiedLabel;
  }

  get buttonText(): string {
    return this.isDone ? copiedLabel : (this.label ?? '');
  }

  async handleClick(): Promise<void> {
    const { text } = this;
    const done = await copyText(text);
    this.outcome = done ? copiedLabel : copyFailedLabel;
    this.byHand = done ? '' : text;
  }

  /** The next press says anew that it was copied. */
  forget(): void {
    this.outcome = '';
  }
}
