import type { Panel } from 'c/panelState';
import { fill } from 'c/textUtils';
import { api, LightningElement } from 'lwc';
import type { AccountLink } from './accounts';
import { accountLinks, accountsText, shortAccounts } from './accounts';
import { labels } from './labels';

/** How many billing accounts there are, and the way to each in its billing system. */
export default class BillingAccounts extends LightningElement {
  @api panel: Panel | undefined;

  showsAll = false;

  get text(): string {
    const { phase, rows } = this.panel ?? { phase: 'loading', rows: [] };
    return ['empty', 'ready'].includes(phase) ? accountsText(rows.length) : '';
  }

  get accounts(): readonly AccountLink[] {
    return this.showsAll ? this.allAccounts : shortAccounts(this.allAccounts);
  }

  get allAccounts(): AccountLink[] {
    return accountLinks(this.panel?.rows ?? []);
  }

  get showAllText(): string {
    const { length } = this.allAccounts;
    return this.accounts.length < length ? fill(labels.showAll, length) : '';
  }

  showAll(): void {
    this.showsAll = true;
  }
}
