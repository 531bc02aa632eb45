import timeZone from '@salesforce/i18n/timeZone';
import { formatDate } from 'c/dateUtils';
import type { Row } from 'c/graphqlRows';
import { rowsOf, standing, textOf } from 'c/graphqlRows';
import type { Asked, Panel } from 'c/panelState';
import { NOT_ASKED, remember } from 'c/panelState';
import type { Link } from 'c/sourceUtils';
import type { Status } from 'c/statusUtils';
import { needsAction, statusOf } from 'c/statusUtils';
import { fill } from 'c/textUtils';
import type { GraphqlResult } from 'lightning/graphql';
import { graphql } from 'lightning/graphql';
import { api, LightningElement, wire } from 'lwc';
import type { Figure } from './figures';
import { figuresOf } from './figures';
import { healthPanel } from './healthPanel';
import { labels } from './labels';
import { QUERY } from './query';

/**
 * How the billing of an Account stands: one sentence, then figures. Fires `motion` with `{ inMotion }` whenever an
 * answer says whether something is under way that the person would want to watch.
 */
export default class BillingHealth extends LightningElement {
  @api recordId: string | undefined;
  /** Links of the Account's subscriptions by their number, as far as they are known. */
  @api links: ReadonlyMap<string, Link> = new Map();

  readonly labels = labels;
  asked: Asked = NOT_ASKED;

  @wire(graphql, { query: QUERY, variables: '$variables' })
  received(result: GraphqlResult): void {
    this.asked = remember(this.asked, result, this.recordId);
    const inMotion = textOf(this.health, 'Status__c') === 'In Dunning';
    this.dispatchEvent(new CustomEvent('motion', { detail: { inMotion } }));
  }

  get variables(): { recordId: string | undefined } {
    return { recordId: this.recordId };
  }

  /** Asks Salesforce again. */
  @api async refresh(): Promise<void> {
    await this.asked.refresh?.();
  }

  get panel(): Panel {
    return healthPanel(this.asked);
  }

  get health(): Row | undefined {
    return standing(rowsOf(this.asked.data, 'Billing_Health__c') ?? [])[0];
  }

  get status(): Status | null {
    return statusOf(textOf(this.health, 'Status__c'));
  }

  get summary(): string | null {
    return textOf(this.health, 'Summary__c');
  }

  get summaryClass(): string {
    const status = textOf(this.health, 'Status__c');
    return needsAction(status) ? `note note_${this.status?.tone ?? 'quiet'}` : 'quiet-note';
  }

  get asOf(): string {
    const day = formatDate(textOf(this.health, 'As_Of__c'));
    return day ? fill(labels.asOf, day) : '';
  }

  get figures(): Figure[] {
    const balances = standing(rowsOf(this.asked.data, 'Billing_Balance__c') ?? []);
    const currency = textOf(rowsOf(this.asked.data, 'Account')?.[0], 'Billing_Currency__c');
    return figuresOf(this.health, balances, currency, this.links, new Date(), timeZone);
  }
}
