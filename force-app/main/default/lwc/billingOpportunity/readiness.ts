import type { Link, Row } from 'c/billingRows';
import { linkOf, nameOf, textOf } from 'c/billingRows';
import { fill, join } from 'c/textUtils';
import type { Deal } from './deal';
import * as labels from './labels';

export type State = 'ready' | 'fault' | 'unknown';

export type Check = {
  readonly key: string;
  readonly state: State;
  readonly text: string;
  /** What to do about a fault. */
  readonly advice: string;
  readonly link: Link | null;
};

const TAX_WORDS: ReadonlyMap<string, string> = new Map([
  ['Taxable', labels.taxable],
  ['Exempt', labels.exempt],
  ['Reverse Charge', labels.reverseCharge],
]);

/** What an order needs of a billing account, one by one; what the user may not read is left out. */
export function readinessOf(deal: Deal, account: Row | undefined): Check[] {
  if (!deal.canSeeAccounts) {
    return [];
  }
  if (!account) {
    return [{ key: 'linked', state: 'fault', text: labels.notLinked, advice: labels.linkIt, link: null }];
  }
  return [linked(account), billTo(account), address(account), tax(account), currency(account, deal.currency)].flat();
}

/** How many of the checks that say something are ready. */
export function readyText(checks: readonly Check[]): string {
  const known = checks.filter(({ state }) => state !== 'unknown');
  return fill(labels.readyOf, known.filter(({ state }) => state === 'ready').length, known.length);
}

function check(key: string, account: Row, fault: string | null, text: string, advice = labels.changeIt): Check {
  const isFault = fault !== null;
  const source = textOf(account, 'Source__c') ?? labels.billing;
  const link = linkOf(account, nameIn(account));
  return {
    key,
    state: isFault ? 'fault' : 'ready',
    text: fault ?? text,
    advice: isFault ? fill(advice, source) : '',
    link: isFault && link.url ? link : null,
  };
}

/** What a billing account is called, with its system, such as "Zuora · Acme Europe". */
export function nameIn(account: Row): string {
  return join([textOf(account, 'Source__c'), nameOf(account)]);
}

function linked(account: Row): Check {
  const status = textOf(account, 'Status__c');
  const closed = status === 'Canceled' ? labels.isCanceled : status === 'Draft' ? labels.isDraft : null;
  const text = fill(labels.linked, join([nameIn(account), textOf(account, 'Number__c')]));
  return check('linked', account, closed, text, status === 'Draft' ? labels.activateIt : labels.chooseOther);
}

function billTo(account: Row): Check[] {
  if (!('Bill_To_Email__c' in account) && !('Bill_To_Name__c' in account)) {
    return [];
  }
  const [name, email] = [textOf(account, 'Bill_To_Name__c'), textOf(account, 'Bill_To_Email__c')];
  const noName = 'Bill_To_Name__c' in account && !name;
  const noEmail = 'Bill_To_Email__c' in account && !email;
  const fault = noName && noEmail ? labels.noContact : noName ? labels.noName : noEmail ? labels.noEmail : null;
  return [check('contact', account, fault, fill(labels.billTo, join([name, email])))];
}

function address(account: Row): Check[] {
  const missing = textOf(account, 'Bill_To_Missing__c');
  if (missing === null) {
    return [];
  }
  const known = textOf(account, 'Bill_To_Address__c');
  const fault = missing === 'Nothing' ? null : fill(known ? labels.addressLacks : labels.noAddress, missing);
  return [check('address', account, fault, known ? fill(labels.address, known) : labels.addressComplete)];
}

function tax(account: Row): Check[] {
  if (!('Tax_Status__c' in account)) {
    return [];
  }
  const status = textOf(account, 'Tax_Status__c');
  if (status === null) {
    const text = fill(labels.taxUnknown, textOf(account, 'Source__c') ?? labels.billing);
    return [{ key: 'tax', state: 'unknown', text, advice: '', link: null }];
  }
  const pending = status === 'Exemption Pending' ? labels.taxPending : null;
  return [check('tax', account, pending, fill(labels.tax, TAX_WORDS.get(status) ?? status), labels.verifyIt)];
}

function currency(account: Row, wanted: string): Check[] {
  if (!('Currency_Code__c' in account)) {
    return [];
  }
  const billed = textOf(account, 'Currency_Code__c');
  if (billed === null) {
    return [check('currency', account, null, labels.noCurrencyYet)];
  }
  const fault = billed === wanted ? null : fill(labels.otherCurrency, billed, wanted);
  const advice = fill(labels.agreeOn, billed, wanted);
  return [{ ...check('currency', account, fault, fill(labels.sameCurrency, billed), advice), link: null }];
}
