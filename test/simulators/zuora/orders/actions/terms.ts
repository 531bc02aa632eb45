import { addPeriod } from '../../dates.ts';
import { category, ZuoraError } from '../../protocol/errors.ts';
import type { SubscriptionVersion } from '../../subscriptions/model.ts';
import type { Tenant } from '../../tenant.ts';
import { refuse } from '../refuse.ts';
import type { ActionOf, AttributeChanges, Term } from '../schema/actions.ts';
import { moveEnd, renewSegments } from '../segments.ts';

/** End of a term, exclusive; null: evergreen. */
export function termEnd(term: Term, start: string): string | null {
  if (term.termType === 'EVERGREEN') return null;
  if (term.endDate !== undefined) return term.endDate;
  if (term.period === undefined) return refuse(category.missingField, 'Missing required value: period.');
  return addPeriod(start, term.period, term.periodType ?? 'Month');
}

const attributes = [
  ['billToContactId', 'clearingExistingBillToContact'],
  ['soldToContactId', 'clearingExistingSoldToContact'],
  ['invoiceTemplateId', 'clearingExistingInvoiceTemplate'],
  ['paymentTerm', 'clearingExistingPaymentTerm'],
  ['sequenceSetId', 'clearingExistingSequenceSet'],
] as const;

/** Sets or clears billing attributes of a subscription; a contact must be one of its account. */
export function changeAttributes(tenant: Tenant, subscription: SubscriptionVersion, body: AttributeChanges): void {
  for (const [field, clearing] of attributes) {
    const value = body[field];
    if (value !== undefined && body[clearing])
      return refuse(category.badValue, `${field} and ${clearing} exclude each other.`);
    if (value !== undefined && field.endsWith('ContactId')) {
      const contact = tenant.by('contacts', 'id', value)[0];
      if (![subscription.accountId, subscription.invoiceOwnerAccountId].includes(contact?.accountId ?? ''))
        return refuse(category.badValue, `The ${field} ${value} is invalid.`);
    }
    if (value !== undefined || body[clearing]) subscription[field] = value ?? null;
  }
}

export function renew(
  tenant: Tenant,
  subscription: SubscriptionVersion,
  action: ActionOf<'RenewSubscription'>,
  orderDate: string,
): void {
  const { termEndDate: end } = subscription;
  if (end === null) return refuse(category.rule, 'An evergreen subscription cannot be renewed.');
  const evergreen = subscription.renewalSetting === 'RENEW_TO_EVERGREEN';
  const next = evergreen
    ? null
    : addPeriod(end, subscription.renewalTerm ?? 12, subscription.renewalTermPeriodType ?? 'Month');
  renewSegments(tenant, subscription, next, orderDate);
  Object.assign(subscription, {
    termType: evergreen ? 'EVERGREEN' : 'TERMED',
    termStartDate: end,
    termEndDate: next,
    subscriptionEndDate: next,
    currentTerm: evergreen ? null : subscription.renewalTerm,
    currentTermPeriodType: evergreen ? null : subscription.renewalTermPeriodType,
    autoRenew: !evergreen && subscription.autoRenew,
  });
  changeAttributes(tenant, subscription, action.renewSubscription ?? {});
}

export function changeTerms(
  tenant: Tenant,
  subscription: SubscriptionVersion,
  body: ActionOf<'TermsAndConditions'>['termsAndConditions'],
): void {
  const { lastTerm, renewalTerms, autoRenew, renewalSetting, ...changes } = body;
  changeAttributes(tenant, subscription, changes);
  if (autoRenew !== undefined) subscription.autoRenew = autoRenew;
  if (renewalSetting !== undefined) subscription.renewalSetting = renewalSetting;
  const renewal = renewalTerms?.[0];
  if (renewal) {
    subscription.renewalTerm = renewal.period;
    subscription.renewalTermPeriodType = renewal.periodType;
  }
  if (!lastTerm) return;
  if (subscription.cancelledFrom !== null)
    throw ZuoraError.of(58730020, `Subscription ${subscription.number} is cancelled and cannot be changed.`);
  const start = lastTerm.startDate ?? subscription.termStartDate;
  const first = subscription.termStartDate === subscription.subscriptionStartDate;
  if (!first && start !== subscription.termStartDate)
    return refuse(category.rule, 'The start of the term of a renewed subscription cannot be changed.');
  const end = termEnd(lastTerm, start);
  if (end !== null && end < start) return refuse(category.rule, 'The term would end before it starts.');
  moveEnd(subscription.ratePlans, subscription.termEndDate, end);
  Object.assign(subscription, {
    termType: lastTerm.termType,
    termStartDate: start,
    termEndDate: end,
    subscriptionEndDate: end,
    ...(first && { subscriptionStartDate: start }),
    currentTerm: end === null ? null : (lastTerm.period ?? subscription.currentTerm),
    currentTermPeriodType: end === null ? null : (lastTerm.periodType ?? subscription.currentTermPeriodType),
  });
}
