import type { Link, Row, Status } from 'c/billingRows';
import { amountOf, booleanOf, chip, linkOf, nameOf, needsAction, numberOf, parentOf, textOf } from 'c/billingRows';
import type { Fact } from 'c/factUtils';
import { fact } from 'c/factUtils';
import { fill, formatMoney, formatNumber, join } from 'c/textUtils';
import type { Billing } from './billing';
import * as labels from './labels';
import { termOf } from './subscription';

/** A billing account of the customer. */
export type Customer = {
  readonly key: string;
  readonly name: string;
  readonly link: Link | null;
  /** Invoices go to the person who asks. */
  readonly isOwn: boolean;
  readonly facts: readonly Fact[];
};

const MOST_PLANS = 3;
const ENDED: ReadonlySet<string | null> = new Set(['Canceled', 'Expired', 'Draft']);

/** Billing accounts, those of the person who asks first. */
export function customersOf(billing: Billing, now: Date): Customer[] {
  return billing.accounts.map((account) => customerOf(account, billing, now));
}

function customerOf(account: Row, billing: Billing, now: Date): Customer {
  const isOf = (row: Row) => billing.accounts.length === 1 || parentOf(row, 'Billing_Account__r')?.Id === account.Id;
  const subscriptions = billing.subscriptions.filter((row) => isOf(row) && !ENDED.has(textOf(row, 'Status__c')));
  const usage = billing.usage.filter((row) => isOf(row) && textOf(row, 'Status__c') === 'Current');
  const name = join([textOf(account, 'Source__c'), nameOf(account)]);
  const link = linkOf(account, name);
  const currency = textOf(account, 'Currency_Code__c');
  // Without a currency nothing has ever been billed.
  const owed = currency && formatMoney(numberOf(account, 'Balance__c'), currency);
  const cardEnded = isPast(textOf(account, 'Card_Expiry__c'), now);
  return {
    key: account.Id,
    name,
    link: link.url ? { ...link, text: name, title: null } : null,
    isOwn: billing.own.has(account.Id),
    facts: [
      ...fact('plan', labels.plan, plansOf(subscriptions)),
      ...fact('owes', labels.owes, [owed]),
      ...fact('paysby', labels.paysBy, [paysBy(account, cardEnded)], {
        isBad: cardEnded,
        note: textOf(account, 'Decline_Reason__c') ?? '',
      }),
      ...fact('billedto', labels.billedTo, [
        join([textOf(account, 'Bill_To_Name__c'), textOf(account, 'Bill_To_Email__c')]),
      ]),
      ...fact('usage', labels.usage, usage.map(usageText)),
    ],
  };
}

/** Score and tier of the Account, such as "62 Watch". */
export function healthChip(health: Row | undefined): Status | null {
  const tier = textOf(health, 'Tier__c');
  const score = numberOf(health, 'Score__c');
  // A good score beside something pressing says so, rather than that all is well.
  const isDoubtful = tier === 'Healthy' && needsAction(textOf(health, 'Status__c'));
  const text = [score === null ? '' : String(score), (isDoubtful ? labels.otherwise : tier) ?? '']
    .filter(Boolean)
    .join(' ');
  const good = isDoubtful ? 'quiet' : 'good';
  return text
    ? chip(text, tier === 'Healthy' ? good : tier === 'Watch' ? 'warn' : tier === null ? 'quiet' : 'bad')
    : null;
}

function plansOf(subscriptions: readonly Row[]): string[] {
  const largest = [...subscriptions].sort((a, b) => (numberOf(b, 'MRR__c') ?? 0) - (numberOf(a, 'MRR__c') ?? 0));
  const shown = largest.slice(0, MOST_PLANS).map((row) => {
    const mrr = amountOf(row, 'MRR__c');
    const name = textOf(row, 'Plan__c') ?? textOf(row, 'Number__c') ?? '';
    return [name, termOf(row), mrr && fill(labels.aMonth, mrr)].filter(Boolean).join(', ');
  });
  const more = subscriptions.length - shown.length;
  return more > 0 ? [...shown, fill(labels.morePlans, more)] : shown;
}

function paysBy(account: Row, cardEnded: boolean): string {
  const [brand, last4] = [textOf(account, 'Card_Brand__c'), textOf(account, 'Card_Last4__c')];
  const card = brand && last4 ? `${brand} •••• ${last4}` : (brand ?? (last4 && `•••• ${last4}`));
  const expiry = textOf(account, 'Card_Expiry__c');
  const auto = booleanOf(account, 'Auto_Pay__c');
  const method = textOf(account, 'Payment_Method__c') ?? card;
  const ends = expiry && fill(cardEnded ? labels.expired : labels.expires, expiry);
  return [method, method && ends, auto === null ? null : auto ? labels.autoPay : labels.noAutoPay]
    .filter(Boolean)
    .join(', ');
}

/** @param expiry `MM/YYYY`; a card is good to the end of the month */
function isPast(expiry: string | null, now: Date): boolean {
  const [, month, year] = /^(\d{2})\/(\d{4})$/.exec(expiry ?? '') ?? [];
  return month !== undefined && Date.UTC(Number(year), Number(month), 1) <= now.getTime();
}

function usageText(row: Row): string {
  const meter = textOf(row, 'Meter__c') ?? labels.usage;
  const [percent, quantity] = [numberOf(row, 'Percent_Used__c'), numberOf(row, 'Quantity__c')];
  if (percent !== null) {
    return fill(labels.usedOfLimit, meter, formatNumber(percent));
  }
  const used = quantity === null ? '' : [formatNumber(quantity), textOf(row, 'Unit__c')].filter(Boolean).join(' ');
  return used ? fill(labels.usedOf, meter, used) : '';
}
