import timeZone from '@salesforce/i18n/timeZone';
import type { Panel } from 'c/billingRows';
import { fill } from 'c/textUtils';
import { api, LightningElement } from 'lwc';
import type { DunningCase } from './cases';
import { dunningCases, SHOWN } from './cases';
import * as labels from './labels';

/** How collecting each unpaid invoice goes: what has failed, what comes next, what it means and what to do. */
export default class BillingDunning extends LightningElement {
  @api panel: Panel | undefined;

  readonly labels = labels.ofTemplate;
  showsAll = false;

  get allCases(): DunningCase[] {
    return dunningCases(this.panel?.rows ?? [], timeZone);
  }

  get cases(): DunningCase[] {
    return this.showsAll ? this.allCases : this.allCases.slice(0, SHOWN);
  }

  get showAllText(): string {
    const { length } = this.allCases;
    return this.cases.length < length ? fill(labels.showAll, length) : '';
  }

  showAll(): void {
    this.showsAll = true;
  }
}
