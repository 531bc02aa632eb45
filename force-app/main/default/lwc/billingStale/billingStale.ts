import type { Row } from 'c/graphqlRows';
import { every } from 'c/ticker';
import { api, LightningElement } from 'lwc';
import { labels } from './labels';
import type { Note } from './note';
import { noteOf } from './note';

const AGE_SECONDS = 30;

/** A note above figures that may be out of date; it comes by itself when they grow old on an open page. */
export default class BillingStale extends LightningElement {
  @api connections: readonly Row[] = [];

  readonly labels = labels;
  now = new Date();
  stop: (() => void) | undefined;

  override connectedCallback(): void {
    this.stop = every(AGE_SECONDS, () => {
      this.now = new Date();
    });
  }

  override disconnectedCallback(): void {
    this.stop?.();
  }

  get note(): Note | null {
    return noteOf(this.connections, this.now);
  }
}
