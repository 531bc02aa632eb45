import type { Row } from 'c/graphqlRows';
import { every } from 'c/ticker';
import { api, LightningElement } from 'lwc';
import { freshnessOf } from './freshness';
import { title } from './labels';
import type { Note } from './note';
import { noteOf } from './note';

const AGE_SECONDS = 30;

/**
 * Says up to when billing has been looked at, with a note when figures may be out of date. Its words age by themselves,
 * without asking anybody. The slot stands beside the first.
 */
export default class BillingFreshness extends LightningElement {
  @api connections: readonly Row[] = [];

  readonly heading = title;
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

  get note(): Note | null {
    return noteOf(this.connections, this.now);
  }
}
