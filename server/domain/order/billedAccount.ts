import type { BillingAccount } from '../billingAccount/billingAccount.ts';
import { missingOf } from '../billingAccount/billTo.ts';
import { orderFault, type OrderFault } from './faults.ts';
import type { OrderFacts } from './facts.ts';

/** Code of the fault of an order whose billing account is on its way: nobody has to do anything. */
export const ACCOUNT_COMING = 'billing_account_coming';
const ACCOUNT_MISSING = 'billing_account_missing';
/** Codes of faults of an order that waits until its Account has a billing account. */
export const WAITS_FOR_ACCOUNT: readonly string[] = [ACCOUNT_MISSING, ACCOUNT_COMING];
/** Codes of faults that billing alone can take away, without a word of the deal: what it says of the Account ends the wait. */
export const WAITS_FOR_BILLING: readonly string[] = [
  ...WAITS_FOR_ACCOUNT,
  'billing_account_foreign',
  'billing_account_inactive',
  'billing_account_unclear',
  'bill_to_email_missing',
  'bill_to_incomplete',
  'currency_differs',
  'subscription_canceled',
  'subscription_expired',
  'subscription_foreign',
  'subscription_not_begun',
  'subscription_suspended',
  'subscription_waits',
];

/** Where an Account has no billing account. */
function missing({ rules: { connection }, coming = null }: Pick<OrderFacts, 'rules' | 'coming'>): OrderFault {
  const none = `The account has no billing account in ${connection}`;
  if (coming === 'on its way')
    return orderFault(ACCOUNT_COMING, `${none} yet. It is being made, and the order goes on by itself.`);
  return orderFault(
    ACCOUNT_MISSING,
    coming === null
      ? `${none}. Link or create one first.`
      : `${none}, and none can be made yet. ${coming.join(' ')} See Billing Provisioning Message of the account.`,
  );
}

/** The billing account that is billed for a new subscription, or why none is. */
export function accountOf({
  deal,
  billingAccounts,
  rules,
  coming,
}: Pick<OrderFacts, 'deal' | 'billingAccounts' | 'rules' | 'coming'>): BillingAccount | OrderFault {
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
    ? missing({ rules, ...(coming && { coming }) })
    : orderFault(
        'billing_account_unclear',
        `The account has ${own.length} billing accounts in ${rules.connection}: ${own.map(({ key }) => key).join(', ')}. Enter the key of the one to bill on the opportunity.`,
      );
}

/** What keeps a billing account from being billed for anything. */
export function inactiveFaults(account: BillingAccount): OrderFault[] {
  if (account.status === 'Active') return [];
  return [
    orderFault(
      'billing_account_inactive',
      `The billing account ${account.number} is ${account.status} and cannot be billed. Open it in billing, or bill another one.`,
    ),
  ];
}

/** What keeps invoices of a billing account from arriving; Stripe sends them by e-mail and asks for no address. */
export function billToFaults(account: BillingAccount): OrderFault[] {
  const faults: OrderFault[] = [];
  if (account.billToEmail === null)
    faults.push(
      orderFault(
        'bill_to_email_missing',
        `The bill-to contact of ${account.number} has no e-mail address, so no invoice would arrive. Enter one.`,
      ),
    );
  if (account.source === 'Stripe') return faults;
  const missing = missingOf(account.billTo?.address ?? null);
  if (missing !== 'Nothing')
    faults.push(
      orderFault('bill_to_incomplete', `The bill-to address of ${account.number} lacks ${missing}. Complete it.`),
    );
  return faults;
}

/** Of a new subscription, which is billed in the currency of its account. */
export function currencyFaults(account: BillingAccount, currency: string): OrderFault[] {
  if (account.currency === null || account.currency === currency) return [];
  return [
    orderFault(
      'currency_differs',
      `The opportunity is in ${currency}, the billing account ${account.number} in ${account.currency}. Use a price book in ${account.currency}, or bill another account.`,
    ),
  ];
}
