import loadingLabel from '@salesforce/label/c.Billing_Loading';
import noAccessLabel from '@salesforce/label/c.Billing_No_Access';
import type { Row } from 'c/graphqlRows';
import type { Panel } from 'c/panelState';
import { connectionsOf } from 'c/panelState';
import { fill } from 'c/textUtils';
import { api, LightningElement } from 'lwc';

/**
 * Frame of a panel that stands beside a record: heading, what it is about, freshness, a slot for buttons, and what to
 * show instead of the rest while there is none. Fires `retry` when the person asks to try again.
 */
export default class BillingFrame extends LightningElement {
  @api heading = '';
  /** Whose billing it is. */
  @api subtitle = '';
  /** What it means that there is nothing. */
  @api emptyText = '';
  @api panel: Panel | undefined;

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

  get loadingText(): string {
    return fill(loadingLabel, this.heading);
  }

  get errors(): Panel['errors'] {
    return this.panel?.errors ?? [];
  }

  get hasErrors(): boolean {
    return this.errors.length > 0;
  }

  get connections(): readonly Row[] {
    return this.panel ? connectionsOf(this.panel) : [];
  }

  retry(): void {
    this.dispatchEvent(new CustomEvent('retry'));
  }
}
