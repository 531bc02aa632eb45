import loadingLabel from '@salesforce/label/c.Billing_Loading';
import moreLabel from '@salesforce/label/c.Billing_More_Rows';
import noAccessLabel from '@salesforce/label/c.Billing_No_Access';
import staleLabel from '@salesforce/label/c.Billing_Stale';
import type { Panel } from 'c/panelState';
import { fill } from 'c/textUtils';
import { api, LightningElement } from 'lwc';

/** Frame of a panel: its name for who hears it, and what to show instead of rows while there are none. */
export default class BillingPanel extends LightningElement {
  @api heading = '';
  /** What it means that there is nothing. */
  @api emptyText = '';
  @api panel: Panel | undefined;

  readonly labels = { stale: staleLabel };

  get phase(): string {
    return this.panel?.phase ?? 'loading';
  }

  get isLoading(): boolean {
    return this.phase === 'loading';
  }

  get isReady(): boolean {
    return this.phase === 'ready';
  }

  get message(): string {
    const messages: Record<string, string> = { empty: this.emptyText, noaccess: fill(noAccessLabel, this.heading) };
    return messages[this.phase] ?? '';
  }

  get moreText(): string {
    return this.isReady && this.panel?.more ? fill(moreLabel, this.panel.rows.length) : '';
  }

  get loadingText(): string {
    return fill(loadingLabel, this.heading);
  }

  get errors(): Panel['errors'] {
    return this.panel?.errors ?? [];
  }

  get hasErrors(): boolean {
    return this.errors.length > 0;
  }

  get isStale(): boolean {
    return this.hasErrors && this.isReady;
  }

  retry(): void {
    this.dispatchEvent(new CustomEvent('retry'));
  }
}
