import currency from '@salesforce/i18n/currency';
import timeZone from '@salesforce/i18n/timeZone';
import type { Asked, Panel } from 'c/billingRows';
import { NOT_ASKED, remember, textOf } from 'c/billingRows';
import type { Page, WiredRecord } from 'c/recordUtils';
import { NO_PAGE, pageOf, panelBeside, readAgain } from 'c/recordUtils';
import type { GraphqlResult } from 'lightning/graphql';
import { graphql } from 'lightning/graphql';
import { getRecord } from 'lightning/uiRecordApi';
import { api, LightningElement, wire } from 'lwc';
import { OBJECTS } from './deal';
import { FIELDS } from './fields';
import * as labels from './labels';
import { isJustWon, loadOrder, lookOut } from './order';
import { QUERY } from './query';
import type { View } from './view';
import { NOTHING, viewOf } from './view';

/** Whether a deal can be billed, what is overdue before it, what renews, and what becomes of its order. */
export default class BillingOpportunity extends LightningElement {
  @api recordId: string | undefined;

  readonly labels = labels.ofTemplate;
  readonly loadOrder = loadOrder;
  readonly ordering = lookOut(this);
  page: Page = NO_PAGE;
  asked: Asked = NOT_ASKED;
  /** Of the billing account that the person chose to look at. */
  chosenId: string | undefined;
  fields: readonly string[] = FIELDS;
  /** Worked out when something is heard, not each time that the page looks at a part of it. */
  view: View = NOTHING;

  @wire(getRecord, { recordId: '$recordId', optionalFields: '$fields' })
  opened(result: WiredRecord): void {
    const before = this.page.row;
    this.page = pageOf(this.page, result, this.recordId);
    this.show();
    if (isJustWon(before, this.page.row)) this.ordering.begin();
  }

  @wire(graphql, { query: QUERY, variables: '$variables' })
  received(result: GraphqlResult): void {
    this.asked = remember(this.asked, result, this.accountId ?? undefined);
    this.show();
  }

  override disconnectedCallback(): void {
    this.ordering.end();
  }

  /** Asks Salesforce again. */
  @api async refresh(): Promise<void> {
    this.fields = await readAgain(this.page, this.fields);
    await this.asked.refresh?.();
  }

  async askAgain({ detail }: CustomEvent<{ action: string } | undefined>): Promise<void> {
    if (detail?.action === 'preview') this.ordering.begin();
    await this.refresh();
  }

  get accountId(): string | null {
    return textOf(this.page.row, 'AccountId');
  }

  get variables(): { accountId: string | undefined; dealId: string | undefined } {
    return { accountId: this.accountId ?? undefined, dealId: this.recordId };
  }

  get panel(): Panel {
    return panelBeside(this.page, this.accountId, this.asked, OBJECTS);
  }

  get isLoading(): boolean {
    return this.panel.phase === 'loading';
  }

  get emptyText(): string {
    return this.accountId === null ? labels.noAccount : labels.empty;
  }

  choose(event: Event): void {
    this.chosenId = (event.target as HTMLSelectElement).value;
    this.show();
  }

  show(): void {
    // What was answered for another Account is not this deal's.
    const data = this.asked.recordId === (this.accountId ?? undefined) ? this.asked.data : undefined;
    this.view = viewOf(this.page.row, data, currency, this.chosenId, timeZone);
  }
}
