import detailsLabel from '@salesforce/label/c.Billing_Error_Details';
import loadingLabel from '@salesforce/label/c.Billing_Loading';
import moreLabel from '@salesforce/label/c.Billing_More_Rows';
import noAccessLabel from '@salesforce/label/c.Billing_No_Access';
import otherAdvice from '@salesforce/label/c.Billing_Error_Other_Advice';
import otherMessage from '@salesforce/label/c.Billing_Error_Other';
import retryLabel from '@salesforce/label/c.Billing_Try_Again';
import staleLabel from '@salesforce/label/c.Billing_Stale';
import type { Explained } from 'c/errorUtils';
import type { Panel, Phase } from 'c/panelState';
import { fill } from 'c/textUtils';
import { api, LightningElement } from 'lwc';

/**
 * Frame of a panel: what to show instead of rows while there are none, and what went wrong. Fires `retry` when the person
 * asks to try again.
 */
export default class BillingPanel extends LightningElement {
  /** Its name for who hears it. */
  @api heading = '';
  /** What it means that there is nothing. */
  @api emptyText = '';

  readonly labels = { details: detailsLabel, retry: retryLabel, stale: staleLabel };
  shown: Panel | undefined;
  explained: Explained | null = null;

  @api
  get panel(): Panel | undefined {
    return this.shown;
  }
  set panel(panel: Panel | undefined) {
    this.shown = panel;
    this.explain(panel?.errors ?? []);
  }

  get phase(): Phase {
    return this.panel?.phase ?? 'loading';
  }

  get isLoading(): boolean {
    return this.phase === 'loading';
  }

  get isReady(): boolean {
    return this.phase === 'ready';
  }

  /** What is told below the rows, or in their place. */
  get message(): string {
    const { phase, panel, heading } = this;
    return phase === 'empty'
      ? this.emptyText
      : phase === 'noaccess'
        ? fill(noAccessLabel, heading)
        : panel?.more
          ? fill(moreLabel, panel.rows.length)
          : '';
  }

  get loadingText(): string {
    return fill(loadingLabel, this.heading);
  }

  get isStale(): boolean {
    return this.isReady && this.panel!.errors.length > 0;
  }

  retry(): void {
    this.dispatchEvent(new CustomEvent('retry'));
  }

  async explain(errors: Panel['errors']): Promise<void> {
    // Most pages never need the words for each kind of error.
    const explained = errors.length > 0 ? await wordsFor(errors) : null;
    // Another answer may have come meanwhile.
    if (errors === (this.shown?.errors ?? errors)) {
      this.explained = explained;
    }
  }
}

/** Where not even words can be loaded, offline or in an org without Lightning Web Security, the platform's own stand. */
async function wordsFor(errors: Panel['errors']): Promise<Explained> {
  try {
    return (await import('c/errorUtils')).explain(errors);
  } catch {
    const details = errors.flatMap((error) => error.message ?? []);
    return { message: otherMessage, advice: otherAdvice, details: details.join('; ') };
  }
}
