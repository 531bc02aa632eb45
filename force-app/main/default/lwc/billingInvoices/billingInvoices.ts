import timeZone from '@salesforce/i18n/timeZone';
import type { Panel } from 'c/billingRows';
import { counted, toggled } from 'c/billingRows';
import type { Listed, Page, Place, Turn, Variables } from 'c/pagedList';
import { FIRST_PAGE, NOT_LISTED, pagedPanel, pageOf, receive, turned, variablesOf } from 'c/pagedList';
import type { GraphqlResult } from 'lightning/graphql';
import { graphql } from 'lightning/graphql';
import { api, LightningElement, wire } from 'lwc';
import { chosenBy, filterOf, FILTERS } from './filters';
import * as labels from './labels';
import { showPdf } from './pdf';
import { QUERY } from './query';
import type { InvoiceRow, Shows } from './rows';
import { invoiceRows, showsOf } from './rows';

const OBJECT = 'Billing_Invoice__c';

/** Invoices with what is still to be paid, how late it is, and how collecting it goes. Fires `count` when all are listed. */
export default class BillingInvoices extends LightningElement {
  @api recordId: string | undefined;
  /** Rows of a page. */
  @api pageSize = 10;
  /** What is shown first: `All`, `Open`, `Overdue` or `Paid`. */
  @api invoiceFilter = 'All';

  readonly labels = labels.ofTemplate;
  readonly filters = FILTERS;
  readonly showPdf = showPdf;
  listed: Listed = NOT_LISTED;
  place: Place = FIRST_PAGE;
  chosen: string | undefined;
  account = '';
  opened: ReadonlySet<string> = new Set();

  /** Shows those of one billing account alone; empty for all. */
  @api
  get accountId(): string {
    return this.account;
  }
  set accountId(id: string) {
    this.account = id;
    this.place = turned(this.place, this.listed, OBJECT, 'first');
  }

  @wire(graphql, { query: QUERY, variables: '$variables' })
  received(result: GraphqlResult): void {
    Object.assign(this, receive(this, result, this.recordId));
    const count = this.filter === 'All' && !this.account ? this.page.total : null;
    if (count !== null) {
      this.dispatchEvent(counted('invoices', count));
    }
  }

  get filter(): string {
    return filterOf(this.chosen ?? this.invoiceFilter);
  }

  get variables(): Variables {
    return variablesOf(this.place, this.recordId, this.pageSize, chosenBy(this.filter, this.account));
  }

  /** Asks Salesforce again. */
  @api async refresh(): Promise<void> {
    await this.listed.asked.refresh?.();
  }

  get panel(): Panel {
    return pagedPanel(this.listed, OBJECT);
  }

  get page(): Page {
    return pageOf(this.listed, this.place, OBJECT, this.pageSize);
  }

  get emptyText(): string {
    return this.filter === 'All' ? labels.empty : labels.noneSuch;
  }

  get shows(): Shows {
    return showsOf(this.panel.fields);
  }

  get rows(): InvoiceRow[] {
    return invoiceRows(this.panel.rows, timeZone, this.opened);
  }

  choose(event: CustomEvent<{ value: string }>): void {
    this.chosen = event.detail.value;
    this.place = turned(this.place, this.listed, OBJECT, 'first');
  }

  turn(event: CustomEvent<{ to: Turn }>): void {
    this.place = turned(this.place, this.listed, OBJECT, event.detail.to);
  }

  toggle(event: Event): void {
    this.opened = toggled(this.opened, (event.currentTarget as HTMLElement).dataset.key ?? '');
  }
}
