import type { Page } from 'c/pagedList';
import { api, LightningElement } from 'lwc';
import { ofTemplate } from './labels';

/** Leads through the pages of a list: fires `turn` with `{ to }`, `next` or `previous`. Shows nothing for a list of one page. */
export default class BillingPager extends LightningElement {
  @api page: Page | undefined;
  /** What is paged, for who hears the buttons. */
  @api heading = '';

  readonly labels = ofTemplate;

  get text(): string {
    return this.page?.text ?? '';
  }

  get atStart(): boolean {
    return !this.page?.hasPrevious;
  }

  get atEnd(): boolean {
    return !this.page?.hasNext;
  }

  turn(event: Event): void {
    const { to } = (event.currentTarget as HTMLElement).dataset;
    this.dispatchEvent(new CustomEvent('turn', { detail: { to } }));
  }
}
