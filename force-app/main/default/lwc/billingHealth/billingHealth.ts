import timeZone from '@salesforce/i18n/timeZone';
import type { Row } from 'c/graphqlRows';
import { rowsOf, standing, textOf } from 'c/graphqlRows';
import type { Asked, Panel } from 'c/panelState';
import { NOT_ASKED, panelOf } from 'c/panelState';
import type { Known } from 'c/sourceUtils';
import type { Status } from 'c/statusUtils';
import { statusOf } from 'c/statusUtils';
import { api, LightningElement } from 'lwc';
import type { Ages } from './ages';
import { AGE_FIELDS, agesOf } from './ages';
import type { Figure } from './figures';
import { figuresOf } from './figures';
import { healthPanel, PLACES } from './healthPanel';
import { ofTemplate } from './labels';

/** How the billing of an Account stands: one sentence, then figures, each of which tells on request how it came about, and
 * what is still to be paid by how late it is. */
export default class BillingHealth extends LightningElement {
  /** What was answered about the Account. */
  @api asked: Asked = NOT_ASKED;
  /** What is known of the Account's subscriptions, by their number. */
  @api known: ReadonlyMap<string, Known> = new Map();
  /** Leaves out all but the figures that matter most. */
  @api compact = false;

  readonly labels = ofTemplate;
  readonly places = PLACES;
  /** Key of the figure whose details are open. */
  opened = '';

  get panel(): Panel {
    return healthPanel(this.asked);
  }

  get health(): Row | undefined {
    return standing(rowsOf(this.asked.data, 'Billing_Health__c') ?? [])[0];
  }

  get status(): Status | null {
    return statusOf(textOf(this.health, 'Status__c'));
  }

  get summary(): string {
    return textOf(this.health, 'Summary__c') ?? this.status?.label ?? '';
  }

  get action(): string | null {
    return textOf(this.health, 'Recommended_Action__c');
  }

  get noteClass(): string {
    return `note note_${this.status?.tone ?? 'quiet'}`;
  }

  get figures(): Figure[] {
    const figures = figuresOf(this.asked.data, this.known, new Date(), timeZone, this.opened);
    return this.compact ? figures.filter(({ isMain }) => isMain) : figures;
  }

  /** A bar a currency, since amounts of two are never added; null for who may not see any. */
  get ages(): Ages[] | null {
    const { phase, rows } = panelOf(this.asked, 'Billing_Balance__c', AGE_FIELDS);
    return phase === 'ready' && !this.compact ? agesOf(rows) : null;
  }

  get isNothingOwed(): boolean {
    return this.ages?.length === 0;
  }

  /** Of what tells how the opened figure came about. */
  get reasons(): { figure: string; data: unknown } {
    return { figure: this.opened, data: this.asked.data };
  }

  toggle(event: Event): void {
    const key = (event.currentTarget as HTMLElement).dataset.key ?? '';
    this.opened = this.opened === key ? '' : key;
  }

  retry(): void {
    this.dispatchEvent(new CustomEvent('retry'));
  }
}
