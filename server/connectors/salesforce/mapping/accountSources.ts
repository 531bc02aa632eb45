import type { AccountView, BalanceView } from '../../../domain/account/view.ts';
import { HEALTH_STATUSES } from '../../../domain/health/health.ts';
import { CHURN_RISKS, HEALTH_TIERS } from '../../../domain/health/points.ts';
import { isOpen, isOverdue } from '../../../domain/invoice/invoice.ts';
import type { Money } from '../../../domain/money/money.ts';
import { isLive } from '../../../domain/subscription/subscription.ts';
import { earliest, latest } from '../../../domain/time/calendarDate.ts';
import type { OrgValue } from '../../../workflows/ports/orgRows.ts';
import { amount, knownAmount, text } from '../rows/fields.ts';

/** What kind of value a source gives: an amount is in the main currency of the Account unless told, a count is a whole number. */
export type SourceType = 'text' | 'email' | 'amount' | 'count' | 'date' | 'boolean';

/** One value of what is derived for an Account, by the name that a mapping knows it by. */
export type AccountSource = {
  type: SourceType;
  /** What it is, for people. */
  what: string;
  /** Field of Account that holds it by default; none where it goes nowhere unless a mapping says so. */
  field?: string;
  /** Longest text; what is longer is cut, with a mark. 255 unless told. */
  length?: number;
  /** The only texts that it gives, for picklists that take no others. */
  values?: readonly string[];
  /** Currency of an amount that is in another one than the main one. */
  currencyOf?(view: AccountView): string | null;
  of(view: AccountView): OrgValue;
};

const mainOf = (view: AccountView): BalanceView | undefined =>
  view.balances.find(({ currency }) => currency === view.mainCurrency);
const ofMain =
  (pick: (balance: BalanceView) => Money | null) =>
  (view: AccountView): number => {
    const main = mainOf(view);
    return amount(main === undefined ? null : pick(main));
  };
const joined = (texts: readonly (string | null)[]): string | null =>
  text([...new Set(texts.filter((one) => one !== null && one !== ''))].join(', '), 32_000);
const liveOf = ({ subscriptions }: AccountView) => subscriptions.filter(({ status }) => isLive(status));
const cardOf = ({ billingAccounts }: AccountView) =>
  billingAccounts.find(({ account }) => account.card !== null)?.account.card ?? null;

/** What Salesforce takes for an email address, roughly: it refuses the whole record for one that is none. */
const ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** @returns the value of a source, cut to `length` where it is a longer text */
export function accountValue(source: AccountSource, view: AccountView, length = source.length): OrgValue {
  const value = source.of(view);
  if (typeof value !== 'string') return value;
  // An address that is cut leads nowhere.
  if (source.type === 'email') return ADDRESS.test(value) && value.length <= (length ?? 255) ? value : null;
  return source.type === 'text' ? text(value, length) : value;
}

/** Everything of an Account that can be written to it. Those with a field are written to it in every org. */
export const ACCOUNT_SOURCES: Readonly<Record<string, AccountSource>> = {
  status: {
    type: 'text',
    what: 'the most pressing thing about its billing',
    field: 'Billing_Status__c',
    values: HEALTH_STATUSES,
    of: ({ health }) => health.status,
  },
  currency: {
    type: 'text',
    what: 'main currency, which all amounts here are in',
    field: 'Billing_Currency__c',
    of: ({ mainCurrency }) => mainCurrency,
  },
  mrr: { type: 'amount', what: 'MRR', field: 'Billing_MRR__c', of: ofMain(({ mrr }) => mrr) },
  arr: { type: 'amount', what: 'ARR', field: 'Billing_ARR__c', of: ofMain(({ arr }) => arr) },
  outstanding: {
    type: 'amount',
    what: 'open balance of its invoices and debit memos',
    field: 'Billing_Outstanding__c',
    of: ofMain(({ outstanding }) => outstanding),
  },
  nextRenewal: {
    type: 'date',
    what: 'day of the next renewal',
    field: 'Billing_Next_Renewal__c',
    of: ({ nextRenewal }) => nextRenewal?.on ?? null,
  },
  plan: { type: 'text', what: 'plans that it has', field: 'Billing_Plan__c', of: ({ plan }) => plan },
  interval: {
    type: 'text',
    what: 'how often it is billed',
    field: 'Billing_Interval__c',
    length: 40,
    of: ({ interval }) => interval,
  },
  lastPaymentDate: {
    type: 'date',
    what: 'day of the last payment',
    field: 'Billing_Last_Payment_Date__c',
    of: ({ lastPaymentOn }) => lastPaymentOn,
  },
  lifetimeValue: {
    type: 'amount',
    what: 'all that was paid and not paid back',
    field: 'Billing_Lifetime_Value__c',
    of: ofMain(({ lifetimeValue }) => lifetimeValue),
  },
  tier: { type: 'text', what: 'tier by ARR', field: 'Billing_Tier__c', length: 80, of: ({ tier }) => tier },
  arrConverted: {
    type: 'amount',
    what: 'ARR of all currencies, by the configured rates',
    field: 'Billing_ARR_Converted__c',
    currencyOf: ({ converted }) => converted?.currency ?? null,
    of: ({ converted }) => knownAmount(converted?.total),
  },
  convertedCurrency: {
    type: 'text',
    what: 'currency that it is converted to',
    field: 'Billing_Converted_Currency__c',
    length: 3,
    of: ({ converted }) => converted?.currency ?? null,
  },
  ratesDate: {
    type: 'date',
    what: 'day of the rates',
    field: 'Billing_Rates_Date__c',
    of: ({ converted }) => converted?.on ?? null,
  },
  convertedNote: {
    type: 'text',
    what: 'what the converted ARR is made of, or why there is none',
    field: 'Billing_Converted_Note__c',
    of: ({ converted }) => converted?.note ?? null,
  },
  healthTier: {
    type: 'text',
    what: 'what its health score means',
    field: 'Subscription_Health__c',
    values: HEALTH_TIERS,
    of: ({ health }) => health.tier,
  },
  churnRisk: {
    type: 'text',
    what: 'risk of churn',
    field: 'Churn_Risk__c',
    values: CHURN_RISKS,
    of: ({ health }) => health.churn?.risk ?? null,
  },
  churnRiskScore: {
    type: 'count',
    what: 'risk of churn, from 0 to 100',
    field: 'Churn_Risk_Score__c',
    of: ({ health }) => health.churn?.score ?? null,
  },
  healthScore: { type: 'count', what: 'health, from 0 to 100', of: ({ health }) => health.score },
  healthReasons: {
    type: 'text',
    what: 'where the points of health went',
    of: ({ health }) => text(health.reasons.join('\n'), 32_000),
  },
  recommendedAction: { type: 'text', what: 'what helps most', of: ({ health }) => health.action },
  summary: { type: 'text', what: 'its billing in one sentence', of: ({ health }) => health.summary },
  overdue: { type: 'amount', what: 'open balance past its due date', of: ofMain(({ overdue }) => overdue) },
  lastPaymentAmount: {
    type: 'amount',
    what: 'last payment in the main currency',
    of: ofMain(({ lastPayment }) => lastPayment?.amount ?? null),
  },
  nextRenewalNumber: {
    type: 'text',
    what: 'number of the subscription that renews next',
    of: ({ nextRenewal }) => nextRenewal?.number ?? null,
  },
  subscriptionCount: {
    type: 'count',
    what: 'subscriptions that live',
    of: (view) => liveOf(view).length,
  },
  subscriptionNumbers: {
    type: 'text',
    what: 'their numbers',
    of: (view) => joined(liveOf(view).map(({ subscription }) => subscription.number)),
  },
  customerSince: {
    type: 'date',
    what: 'first day of its first subscription',
    of: ({ subscriptions }) => earliest(subscriptions.map(({ subscription }) => subscription.startsOn)),
  },
  trialEndDate: {
    type: 'date',
    what: 'last day on which a trial of it ends',
    of: (view) =>
      latest(
        view.subscriptions.map(({ status, subscription }) => (status === 'Trialing' ? subscription.trialEndsOn : null)),
      ),
  },
  cancelDate: {
    type: 'date',
    what: 'first day on which a subscription that lives is canceled',
    of: (view) => earliest(liveOf(view).map(({ subscription }) => subscription.cancelOn)),
  },
  openInvoiceCount: {
    type: 'count',
    what: 'open invoices',
    of: ({ invoices }) => invoices.filter(({ invoice }) => isOpen(invoice)).length,
  },
  overdueInvoiceCount: {
    type: 'count',
    what: 'invoices past their due date',
    of: ({ invoices, asOf }) => invoices.filter(({ invoice }) => isOverdue(invoice, asOf)).length,
  },
  hasOverdue: {
    type: 'boolean',
    what: 'whether an invoice is past its due date',
    of: ({ invoices, asOf }) => invoices.some(({ invoice }) => isOverdue(invoice, asOf)),
  },
  billingAccountCount: {
    type: 'count',
    what: 'billing accounts',
    of: ({ billingAccounts }) => billingAccounts.length,
  },
  billingAccountNumbers: {
    type: 'text',
    what: 'their numbers in the billing systems',
    of: ({ billingAccounts }) => joined(billingAccounts.map(({ account }) => account.number)),
  },
  billingSystems: {
    type: 'text',
    what: 'the billing systems that know it',
    of: ({ billingAccounts }) => joined(billingAccounts.map(({ account }) => account.source)),
  },
  billToEmail: {
    type: 'email',
    what: 'address that invoices go to',
    of: ({ billingAccounts }) =>
      billingAccounts.find(({ account }) => account.billToEmail !== null)?.account.billToEmail ?? null,
  },
  autoPay: {
    type: 'boolean',
    what: 'whether all of it is paid automatically',
    of: ({ billingAccounts }) => billingAccounts.length > 0 && billingAccounts.every(({ account }) => account.autoPay),
  },
  cardBrand: { type: 'text', what: 'brand of its card', of: (view) => cardOf(view)?.brand ?? null },
  cardLast4: { type: 'text', what: 'last digits of its card', of: (view) => cardOf(view)?.last4 ?? null },
  cardExpiry: { type: 'text', what: 'month in which its card ends', of: (view) => cardOf(view)?.expiry ?? null },
};
