import type { BillingAccount } from '../billingAccount/billingAccount.ts';
import { missingOf } from '../billingAccount/billTo.ts';
import { partsOf } from '../billingAccount/key.ts';
import type { CalendarDate } from '../time/calendarDate.ts';
import type { Deal, DealLine } from './deal.ts';
import { orderFault, type OrderFault } from './faults.ts';
import type { Order, OrderTerm, PlanOnSale } from './order.ts';
import { planLine } from './planLine.ts';
import type { OrderRules } from './rules.ts';

/** A deal, and what is known of whom and what it concerns. */
export type OrderFacts = {
  deal: Deal;
  /** Those that are linked to the Account of the deal, of every connection. */
  billingAccounts: readonly BillingAccount[];
  /** What billing sells, by key. */
  plans: ReadonlyMap<string, PlanOnSale>;
  rules: OrderRules;
  today: CalendarDate;
};

/** The order of a deal, or everything that keeps it from being one. */
export type PlannedOrder = { order: Order } | { faults: readonly OrderFault[] };

/** What is longer than fifty years is a slip of the keyboard. */
const MOST_MONTHS = 600;

/**
 * @returns the number of the order of a deal, and of the subscription that it makes: always the same, so that a second one is
 * refused by the billing system whatever was forgotten here
 */
export function orderNumberOf(dealId: string): string {
  return `SF-${dealId}`;
}

/** The billing account that is billed, or why none is. */
function accountOf({ deal, billingAccounts, rules }: OrderFacts): BillingAccount | OrderFault {
  if (deal.accountId === null)
    return orderFault('account_missing', 'The opportunity has no account. Choose the account that buys.');
  const own = billingAccounts.filter(({ connection }) => connection === rules.connection);
  const named = deal.billingAccountKey === null ? own : own.filter(({ key }) => key === deal.billingAccountKey);
  if (named.length === 1) return named[0]!;
  if (deal.billingAccountKey !== null)
    return orderFault(
      'billing_account_foreign',
      `The account has no billing account ${deal.billingAccountKey} in ${rules.connection}. Enter the key of one of its own, or empty the field.`,
    );
  return own.length === 0
    ? orderFault(
        'billing_account_missing',
        `The account has no billing account in ${rules.connection}. Link or create one first.`,
      )
    : orderFault(
        'billing_account_unclear',
        `The account has ${own.length} billing accounts in ${rules.connection}: ${own.map(({ key }) => key).join(', ')}. Enter the key of the one to bill on the opportunity.`,
      );
}

function accountFaults(account: BillingAccount, currency: string): OrderFault[] {
  const faults: OrderFault[] = [];
  if (account.status !== 'Active')
    faults.push(
      orderFault(
        'billing_account_inactive',
        `The billing account ${account.number} is ${account.status} and cannot be billed. Open it in billing, or bill another one.`,
      ),
    );
  if (account.currency !== null && account.currency !== currency)
    faults.push(
      orderFault(
        'currency_differs',
        `The opportunity is in ${currency}, the billing account ${account.number} in ${account.currency}. Use a price book in ${account.currency}, or bill another account.`,
      ),
    );
  if (account.billToEmail === null)
    faults.push(
      orderFault(
        'bill_to_email_missing',
        `The bill-to contact of ${account.number} has no e-mail address, so no invoice would arrive. Enter one.`,
      ),
    );
  const missing = missingOf(account.billTo?.address ?? null);
  if (missing !== 'Nothing')
    faults.push(
      orderFault('bill_to_incomplete', `The bill-to address of ${account.number} lacks ${missing}. Complete it.`),
    );
  return faults;
}

function termOf({ deal: { terms }, rules }: OrderFacts): OrderTerm | OrderFault {
  if (terms.evergreen)
    return terms.months === null
      ? { type: 'Evergreen' }
      : orderFault('term_unclear', `It is to have no end and a term of ${terms.months} months. Empty one of the two.`);
  const months = terms.months ?? rules.defaults.months;
  if (months === null)
    return orderFault('term_missing', 'Nobody said for how many months it is sold. Enter the term of the opportunity.');
  if (!Number.isInteger(months) || months < 1 || months > MOST_MONTHS)
    return orderFault(
      'term_invalid',
      `A term of ${months} months cannot be ordered: enter whole months, 1 to ${MOST_MONTHS}.`,
    );
  return { type: 'Termed', months };
}

function renewalFault(months: number | null): OrderFault | null {
  if (months === null || (Number.isInteger(months) && months >= 1 && months <= MOST_MONTHS)) return null;
  return orderFault(
    'renewal_term_invalid',
    `A renewal of ${months} months cannot be ordered: enter whole months, 1 to ${MOST_MONTHS}.`,
  );
}

/** What the plan of a line is looked for by; or why it cannot be. */
export function sellableOf({ product, sellableKey }: DealLine, { connection }: OrderRules): string | OrderFault {
  if (sellableKey === null)
    return orderFault(
      'product_unmapped',
      'Billing does not know this product. Choose one from the price book of billing, or have it mapped.',
      product,
    );
  return partsOf(sellableKey).connection === connection
    ? sellableKey
    : orderFault(
        'product_of_other_system',
        `It is sold by ${partsOf(sellableKey).connection}, but this deal is ordered in ${connection}. Choose a product of ${connection}.`,
        product,
      );
}

/** What this version cannot order; said before anything else is looked at. */
function unsupported({ deal }: OrderFacts): OrderFault[] {
  const faults: OrderFault[] = [];
  if ((deal.kind ?? 'New') !== 'New' || deal.subscriptionNumber !== null)
    faults.push(
      orderFault(
        'kind_not_ordered',
        'Changes of a subscription that is there are not ordered from here yet. Place them in billing.',
      ),
    );
  const start = deal.terms.startsOn ?? deal.closesOn;
  for (const { product, startsOn, endsOn, action, chargeNumber } of deal.lines)
    if (
      (startsOn !== null && startsOn !== start) ||
      endsOn !== null ||
      (action ?? 'Add') !== 'Add' ||
      chargeNumber !== null
    )
      faults.push(
        orderFault(
          'line_not_ordered',
          'A line with days of its own, or one that changes a charge that is there, is not ordered from here yet. Place it in billing.',
          product,
        ),
      );
  return faults;
}

/**
 * Works out the order of a deal: what is sold becomes a new subscription, from the start date of the deal, else from its
 * close date.
 */
export function planOrder(facts: OrderFacts): PlannedOrder {
  const { deal, plans, rules, today } = facts;
  const account = accountOf(facts);
  const term = termOf(facts);
  const renewalMonths = deal.terms.renewalMonths ?? rules.defaults.renewalMonths;
  const lines = deal.lines.map((line) => {
    const key = sellableOf(line, rules);
    return typeof key === 'string' ? planLine(line, plans.get(key), deal.currency) : { faults: [key] };
  });
  const faults = [
    ...unsupported(facts),
    ...('code' in account ? [account] : accountFaults(account, deal.currency)),
    ...('code' in term ? [term] : []),
    ...[renewalFault(renewalMonths)].filter((one) => one !== null),
    ...(deal.lines.length === 0
      ? [orderFault('no_products', 'The opportunity has no products. Add what is sold.')]
      : lines.flatMap((line) => ('faults' in line ? line.faults : []))),
  ];
  if (faults.length > 0 || 'code' in account || 'code' in term) return { faults };
  const number = orderNumberOf(deal.id);
  return {
    order: {
      number,
      orderedOn: today,
      billingAccountKey: account.key,
      billingAccountNumber: account.number,
      currency: deal.currency,
      subscriptionNumber: number,
      dealId: deal.id,
      actions: [
        {
          type: 'CreateSubscription',
          startsOn: deal.terms.startsOn ?? deal.closesOn,
          term,
          autoRenew: term.type === 'Termed' && (deal.terms.autoRenew ?? rules.defaults.autoRenew),
          renewalMonths: term.type === 'Termed' ? renewalMonths : null,
          plans: lines.flatMap((line) => ('plan' in line ? [line.plan] : [])),
        },
      ],
    },
  };
}
