import type { Panel, Row, Status } from 'c/billingRows';
import { connectionsOf, NOT_ASKED, panelOf } from 'c/billingRows';
import { every, watch } from 'c/ticker';
import { api, LightningElement } from 'lwc';
import { freshnessOf } from './freshness';
import { title } from './labels';
import type { Note } from './note';
import { noteOf } from './note';

const AGE_SECONDS = 30;

/**
 * Frame of all that a page shows of billing: heading, what can be asked, whose billing it is (slot `about`), and up to when
 * it has been looked at, with a note when figures may be out of date. Its words age by themselves, without asking anybody.
 *
 * Fires `refresh` when billing may be another one: with detail `{ action }` after an action, and when the page is seen
 * again, or each minute while something is in motion.
 */
export default class BillingFrame extends LightningElement {
  @api recordId: string | undefined;
  /** Of the record, for what can be asked of it. */
  @api objectApiName: string | undefined;
  @api heading = '';
  @api status: Status | null = null;
  /** How asking again went last. */
  @api outcome = '';
  /** Rows that the figures are of, with the connections that they came through. */
  @api panel: Panel = panelOf(NOT_ASKED, '');
  /** Something is under way that the person would want to watch. */
  @api inMotion = false;

  readonly staleTitle = title;
  now = new Date();
  stops: readonly (() => void)[] = [];

  override connectedCallback(): void {
    const age = () => {
      this.now = new Date();
    };
    this.stops = [
      every(AGE_SECONDS, age),
      watch(
        () => this.tell({}),
        () => this.inMotion,
      ),
    ];
  }

  override disconnectedCallback(): void {
    this.stops.forEach((stop) => stop());
  }

  get connections(): readonly Row[] {
    return connectionsOf(this.panel);
  }

  get stamp(): string {
    return freshnessOf(this.connections, this.now);
  }

  get note(): Note | null {
    return noteOf(this.connections, this.now);
  }

  tell({ detail }: { readonly detail?: unknown }): void {
    this.dispatchEvent(new CustomEvent('refresh', { detail }));
  }
}
