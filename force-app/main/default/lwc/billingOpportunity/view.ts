import type { Row } from 'c/billingRows';
import { textOf } from 'c/billingRows';
import type { Fact } from 'c/factUtils';
import { fill, join } from 'c/textUtils';
import { dealOf } from './deal';
import * as labels from './labels';
import type { Given } from './order';
import { isUnderWay, orderOf } from './order';
import type { Check } from './readiness';
import { nameIn, readinessOf, readyText } from './readiness';
import type { Renewal } from './renewals';
import { namedFacts, nextRenewals } from './renewals';
import type { Warning } from './warning';
import { warningOf } from './warning';

type Shown = Check & { readonly className: string; readonly said: string; readonly path: string };
type Choice = { readonly value: string; readonly label: string; readonly isChosen: boolean };

export type View = {
  readonly subtitle: string;
  readonly warning: Warning | null;
  readonly ready: string;
  readonly checks: readonly Shown[];
  /** Billing accounts to choose from, where there are several. */
  readonly choices: readonly Choice[];
  readonly message: string | null;
  readonly named: readonly Fact[];
  readonly hasNamed: boolean;
  readonly renewals: readonly Renewal[];
  readonly order: Given | null;
  /** Whether it will be another one soon. */
  readonly isInMotion: boolean;
};

const SIGNS = {
  ready: { className: 'sign sign_ready', said: labels.saidReady, path: 'M3 8.5l3.5 3.5L13 4.5' },
  fault: { className: 'sign sign_fault', said: labels.saidFault, path: 'M4 4l8 8 M12 4l-8 8' },
  unknown: { className: 'sign', said: labels.saidUnknown, path: 'M4 8h8' },
};

/** Everything that the panel shows. */
export function viewOf(
  page: Row | undefined,
  data: unknown,
  orgCurrency: string,
  chosenId: string | undefined,
  timeZone: string,
): View {
  const now = new Date();
  const deal = dealOf(page, data, orgCurrency);
  const account = deal.accounts.find(({ Id }) => Id === chosenId) ?? deal.accounts[0];
  const checks = readinessOf(deal, account);
  const warning = warningOf(deal, timeZone);
  const message = textOf(deal.page, 'Billing_Message__c');
  const named = namedFacts(deal, now, timeZone);
  return {
    subtitle: account ? join([nameIn(account), fill(labels.account, textOf(account, 'Number__c') ?? '')]) : '',
    warning,
    ready: readyText(checks),
    checks: checks.map((check) => ({ ...check, ...SIGNS[check.state] })),
    choices: deal.accounts.length > 1 ? deal.accounts.map((row) => choiceOf(row, account)) : [],
    message,
    named,
    hasNamed: named.length > 0 || message !== null,
    renewals: nextRenewals(deal, now, timeZone),
    order: orderOf(deal),
    isInMotion: warning !== null || isUnderWay(deal),
  };
}

function choiceOf(row: Row, chosen: Row | undefined): Choice {
  const label = join([nameIn(row), textOf(row, 'Number__c'), textOf(row, 'Currency_Code__c')]);
  return { value: row.Id, label, isChosen: row.Id === chosen?.Id };
}

/** Before anything is known. */
export const NOTHING: View = viewOf(undefined, undefined, '', undefined, 'UTC');
