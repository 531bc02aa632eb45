import timeZone from '@salesforce/i18n/timeZone';
import type { Asked, Panel } from 'c/billingRows';
import { NOT_ASKED, parentOf, remember, textOf } from 'c/billingRows';
import type { Page, WiredRecord } from 'c/recordUtils';
import { NO_PAGE, pageOf, panelBeside, readAgain } from 'c/recordUtils';
import type { GraphqlResult } from 'lightning/graphql';
import { graphql } from 'lightning/graphql';
import { getRecord } from 'lightning/uiRecordApi';
import { api, LightningElement, wire } from 'lwc';
import { OBJECTS } from './billing';
import { FIELDS } from './fields';
import * as labels from './labels';
import { NO_WORDS, wordsOf, writtenIn } from './mentions';
import { QUERY } from './query';
import type { View } from './view';
import { NOTHING, viewOf } from './view';

/** What billing knows of the customer of a Case: the invoice or subscription that the Case names first. */
export default class BillingCase extends LightningElement {
  @api recordId: string | undefined;

  readonly labels = labels.ofTemplate;
  page: Page = NO_PAGE;
  asked: Asked = NOT_ASKED;
  showsAll = false;
  fields: readonly string[] = FIELDS;
  /** Worked out when something is heard, not each time that the page looks at a part of it. */
  view: View = NOTHING;

  @wire(getRecord, { recordId: '$recordId', optionalFields: '$fields' })
  opened(result: WiredRecord): void {
    this.page = pageOf(this.page, result, this.recordId);
    this.show();
  }

  @wire(graphql, { query: QUERY, variables: '$variables' })
  received(result: GraphqlResult): void {
    this.asked = remember(this.asked, result, this.accountId ?? undefined);
    this.show();
  }

  /** Asks Salesforce again. */
  @api async refresh(): Promise<void> {
    this.fields = await readAgain(this.page, this.fields);
    await this.asked.refresh?.();
  }

  /** Of the Case; else of its Contact, whose Account a Case may lack. */
  get accountId(): string | null {
    const { row } = this.page;
    const contact = row ? parentOf(row, 'Contact') : null;
    return textOf(row, 'AccountId') ?? textOf(contact, 'AccountId');
  }

  get variables(): { accountId: string | undefined; words: readonly string[] } {
    const words = wordsOf(writtenIn(this.page.row));
    return { accountId: this.accountId ?? undefined, words: words.length > 0 ? words : NO_WORDS };
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

  showAll(): void {
    this.showsAll = true;
    this.show();
  }

  show(): void {
    // What was answered for another Account is not this customer's.
    const data = this.asked.recordId === (this.accountId ?? undefined) ? this.asked.data : undefined;
    this.view = viewOf(this.page.row, data, this.showsAll, timeZone);
  }
}
