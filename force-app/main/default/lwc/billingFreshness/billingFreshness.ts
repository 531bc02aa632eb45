import type { Row } from 'c/graphqlRows';
import { every } from 'c/ticker';
import { api, LightningElement } from 'lwc';
import type { Freshness } from './freshness';
import { freshnessOf } from './freshness';

const AGE_SECONDS = 30;

/** Says up to when billing has been looked at; its words age by themselves, without asking anybody. */
export default class BillingFreshness extends LightningElement {
  @api connections: readonly Row[] = [];
  /** One age for all sources, that of the one looked at longest ago, and no advice: for panels below a full stamp. */
  @api compact = false;

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

  /** The full stamp announces trouble; panels below it repeat it silently. */
  get troubleRole(): string | null {
    return this.compact ? null : 'status';
  }

  get freshness(): Freshness {
    return freshnessOf(this.connections, this.now, this.compact);
  }
}
