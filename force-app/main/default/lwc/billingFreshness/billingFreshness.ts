import type { Row } from 'c/graphqlRows';
import { every } from 'c/ticker';
import { api, LightningElement } from 'lwc';
import { freshnessOf } from './freshness';

const AGE_SECONDS = 30;

/** Says up to when billing has been looked at; its words age by themselves, without asking anybody. */
export default class BillingFreshness extends LightningElement {
  @api connections: readonly Row[] = [];

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

  get stamp(): string {
    return freshnessOf(this.connections, this.now);
  }
}
