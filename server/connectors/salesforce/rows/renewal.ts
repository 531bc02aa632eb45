import type { AccountView } from '../../../domain/account/view.ts';
import { sum } from '../../../domain/money/money.ts';
import type { RenewalDeal } from '../../../domain/renewal/renewal.ts';
import { dayInWords } from '../../../domain/time/calendarDate.ts';
import type { NamedDeal } from '../../../workflows/ports/deals.ts';
import type { OrgRow, OrgValue } from '../../../workflows/ports/orgRows.ts';
import type { RenewalRows, RenewalSettings } from '../../../workflows/ports/renewals.ts';
import { amount, text } from './fields.ts';
import { orderFacts, subscriptionFacts } from './namedDeal.ts';
import { NO_LINES, renewalLineRows, type DealPricing } from './renewalLine.ts';

/** What is known of a deal besides billing. */
export type KnownRenewal = {
  /** As it was projected last; null before it is opened. */
  before: OrgRow | null;
  /** As people have it; null where nobody has touched it. */
  deal: Pick<NamedDeal, 'opened' | 'order'> | null;
  /** Products of the deals of its Account as they were projected last. */
  lines?: readonly OrgRow[];
  /** Keys of the prices that are on sale. */
  sold?: ReadonlySet<string>;
};

const KIND = 'Billing_Order_Kind__c';
const REPORTED = 'Billing_Reported__c';

/** Whether a row is of a deal that was opened ahead of billing; one that only reports a renewal is none. */
export function isRenewalRow({ object, fields }: OrgRow): boolean {
  return object === 'Opportunity' && fields[KIND] === 'Renew';
}

const isReported = (before: OrgRow | null): boolean => before?.fields[REPORTED] === true;

/** What people closed is written without what is theirs then. */
function isPeoples({ before, deal }: KnownRenewal): boolean {
  if (isReported(before)) return false;
  return deal?.opened?.isClosed ?? (before !== null && !('CloseDate' in before.fields));
}

/** What is told of a group is told of all of it. */
function factsOf({ members, currency }: RenewalDeal): Record<string, OrgValue> {
  const [first] = members;
  if (members.length === 1) return subscriptionFacts(first!);
  return {
    Billing_Plan__c: text([...new Set(members.map(({ plan }) => plan))].join(', ')),
    Billing_Currency__c: currency,
    Billing_MRR__c: amount(
      sum(
        members.map(({ mrr }) => mrr.amount),
        currency,
      ),
    ),
    Billing_ARR__c: amount(
      sum(
        members.map(({ arr }) => arr),
        currency,
      ),
    ),
  };
}

/** What people have to know who look at the deal. */
function messageOf(
  deal: RenewalDeal,
  { currency }: RenewalSettings,
  { before }: KnownRenewal,
  notes: readonly string[],
): string | null {
  const wasReported = isReported(before);
  const { members, outcome, worth } = deal;
  const numbers = members.map(({ subscription }) => subscription.number).join(', ');
  const parts = [
    outcome,
    wasReported && deal.state.is === 'Open'
      ? 'Billing has taken back what closed this deal: the subscription can be renewed again. Open a deal of your own for it.'
      : null,
    members.length > 1 ? `It renews ${members.length} subscriptions: ${numbers}.` : null,
    worth.currency === currency
      ? null
      : `It is billed in ${worth.currency}, and opportunities are in ${currency}, so it has no amount.`,
    ...notes,
  ];
  return text(parts.filter((part) => part !== null).join(' ') || null);
}

function nameOf(view: AccountView, { billingAccountKey, members, on }: RenewalDeal): string | null {
  const owner = view.billingAccounts.find(({ account }) => account.key === billingAccountKey)?.account;
  const plans = [...new Set(members.map(({ plan }) => plan))].join(', ');
  const tail = ` (renewal ${dayInWords(on)})`;
  return `${text(`${owner?.name ?? members[0]!.subscription.number}: ${plans}`, 120 - tail.length)}${tail}`;
}

/**
 * Stage and mark of one that billing has decided; none while it has not. Both are in one write, so that a deal that was closed to
 * report billing is never seen without the mark that keeps it from being ordered.
 */
function closingOf({ state }: RenewalDeal, settings: RenewalSettings, before: OrgRow | null): Record<string, OrgValue> {
  const { stages, lossReason } = settings;
  const reason = (value: string | null) => (lossReason === null ? {} : { [lossReason.field]: value });
  if (state.is === 'Renewed')
    return { [REPORTED]: true, StageName: stages.won, ...(isReported(before) && reason(null)) };
  if (state.is === 'Lost')
    return { [REPORTED]: true, StageName: stages.lost, ...reason(lossReason?.values[state.cause] ?? null) };
  // What was closed for billing stays closed: people who had no part in it would find it open again.
  return isReported(before) ? { [REPORTED]: true, StageName: before!.fields['StageName'] ?? stages.lost } : {};
}

/** Whether all that can become of it has become of it: its next term is over, too. */
function isHistory({ members, on }: RenewalDeal, known: KnownRenewal): boolean {
  const isSettled = isReported(known.before) || isPeoples(known);
  return isSettled && members.every(({ subscription: { termStartsOn } }) => termStartsOn !== null && termStartsOn > on);
}

/** Whether a deal takes products of the price book. */
function pricingOf({ before, deal }: KnownRenewal, { priceBook }: RenewalSettings): DealPricing {
  if (before === null) return deal === null ? 'priced' : 'found';
  if (before.initial === undefined) return 'found';
  return before.initial['Pricebook2Id'] === priceBook ? 'priced' : 'unpriced';
}

/** A renewal as an Opportunity with its products, which stay as they are once people have closed it. */
export function renewalRows(
  view: AccountView,
  deal: RenewalDeal,
  settings: RenewalSettings,
  known: KnownRenewal,
): RenewalRows {
  const { lines: before = [], sold = new Set() } = known;
  const kept = known.deal?.opened?.kept ?? [];
  const { rows, gone, notes, lacks } = isPeoples(known)
    ? NO_LINES
    : renewalLineRows(deal, settings, { before, sold, kept, pricing: pricingOf(known, settings) });
  const row = renewalRow(view, deal, settings, known, notes);
  return row === null ? { row, lines: [], gone: [], lacks: false } : { row, lines: rows, gone, lacks };
}

/**
 * A renewal as an Opportunity, under the key of the deal that reports it: stage and name are people's until billing decides;
 * amount and close date follow billing until people close it.
 * @param notes what is to be said of its products, a sentence each
 * @returns null when nothing of it is written any more
 */
export function renewalRow(
  view: AccountView,
  deal: RenewalDeal,
  settings: RenewalSettings,
  known: KnownRenewal,
  notes: readonly string[] = [],
): OrgRow | null {
  if (isHistory(deal, known)) return null;
  const { before } = known;
  const { members, on, worth } = deal;
  const ofBilling = isPeoples(known)
    ? {}
    : {
        CloseDate: deal.closesOn,
        Billing_Start_Date__c: on,
        // Salesforce would print its own currency beside any other amount.
        ...(worth.currency === settings.currency ? { Amount: amount(worth) } : {}),
        Billing_Renewal_Value__c: amount(worth),
        ...closingOf(deal, settings, before),
      };
  const order = known.deal?.order;
  return {
    object: 'Opportunity',
    key: deal.key,
    partOf: members.length === 1 ? members[0]!.subscription.key : deal.billingAccountKey,
    fields: {
      AccountId: view.accountId,
      [KIND]: 'Renew',
      ...(members.length === 1
        ? { Billing_Subscription_Number__c: text(members[0]!.subscription.number, 80) }
        : { Billing_Account_Key__c: deal.billingAccountKey, Billing_Subscription_Number__c: null }),
      ...factsOf(deal),
      Billing_Message__c: messageOf(deal, settings, known, notes),
      ...(order ? orderFacts(order) : {}),
      ...ofBilling,
    },
    initial:
      before === null
        ? { Name: nameOf(view, deal), StageName: settings.stages.open, Type: 'Renewal', ...settings.initial }
        : before.initial,
    parents: {},
  };
}

/** A deal of what was deleted in billing, which was not canceled before as far as anybody knows. */
export function endedRenewalRow(
  before: OrgRow,
  { stages, lossReason }: RenewalSettings,
  deal: KnownRenewal['deal'],
): OrgRow {
  if (isReported(before)) return before;
  const number = before.fields['Billing_Subscription_Number__c'];
  const what = typeof number === 'string' ? number : 'What this deal renews';
  const message = `${what} was deleted in billing, so there is nothing to renew.`;
  const { CloseDate: _, ...theirs } = before.fields;
  if (isPeoples({ before, deal })) return { ...before, fields: { ...theirs, Billing_Message__c: message } };
  const reason = lossReason === null ? {} : { [lossReason.field]: lossReason.values.canceled };
  const closing = { [REPORTED]: true, StageName: stages.lost, ...reason };
  return { ...before, fields: { ...before.fields, Billing_Message__c: message, ...closing } };
}
