import type { Row } from 'c/graphqlRows';
import type { Panel } from 'c/panelState';
import { connectionsOf, NOT_ASKED, panelOf } from 'c/panelState';
import { api, LightningElement } from 'lwc';

/**
 * Frame of a panel that stands beside a record: heading, what it is about, freshness and a slot for buttons above the
 * panel. Fires `retry` when the person asks to try again.
 */
export default class BillingFrame extends LightningElement {
  @api heading = '';
  /** Whose billing it is. */
  @api subtitle = '';
  /** What it means that there is nothing. */
  @api emptyText = '';
  @api panel: Panel = panelOf(NOT_ASKED, '', []);

  get isLoading(): boolean {
    return this.panel.phase === 'loading';
  }

  get connections(): readonly Row[] {
    return connectionsOf(this.panel);
  }

  retry(): void {
    this.dispatchEvent(new CustomEvent('retry'));
  }
}
