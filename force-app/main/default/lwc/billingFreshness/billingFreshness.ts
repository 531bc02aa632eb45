import type { Row } from 'c/graphqlRows';
import { every } from 'c/ticker';
import { api, LightningElement } from 'lwc';
import { freshnessOf, troubled } from './freshness';
import { ofTemplate } from './labels';

const AGE_SECONDS = 30;

/**
 * Says up to when billing has been looked at, with a note when figures may be out of date, which is loaded then. Its words
 * age by themselves, without asking anybody. The slot stands beside the first.
 */
export default class BillingFreshness extends LightningElement {
  readonly labels = ofTemplate;
  known: readonly Row[] = [];
  now = new Date();
  note: typeof LightningElement | null = null;
  stop: (() => void) | undefined;

  @api
  get connections(): readonly Row[] {
    return this.known;
  }
  set connections(connections: readonly Row[]) {
    this.known = connections;
    this.look();
  }

  override connectedCallback(): void {
    this.stop = every(AGE_SECONDS, () => this.look());
  }

  override disconnectedCallback(): void {
    this.stop?.();
  }

  look(): void {
    this.now = new Date();
    if (this.isStale && !this.note) {
      import('c/billingStale')
        .then((bundle) => {
          this.note = bundle.default;
        })
        // The short words stay until the next look.
        .catch(() => undefined);
    }
  }

  get stamp(): string {
    return freshnessOf(this.known, this.now);
  }

  get troubled(): Row[] {
    return troubled(this.known, this.now);
  }

  get isStale(): boolean {
    return this.troubled.length > 0;
  }
}
