import { metric } from '../decimal.ts';
import { contactFields, type Contact } from '../model.ts';
import type { Tenant } from '../tenant.ts';
import { chargeView } from './chargeView.ts';
import { contracted, lastSegments, mrrAsOf, tcvTotal } from '../metrics/contract.ts';
import { covers } from '../metrics/discounts.ts';
import type { RatePlan, Segment, SubscriptionVersion } from './model.ts';
import { statusHistory, statusOn } from './status.ts';

/** Which segments of a charge an answer shows; Zuora's default is the last one in time, not today's. */
export type ChargeDetail =
  | { kind: 'last-segment' }
  | { kind: 'current-segment' }
  | { kind: 'all-segments' }
  | { kind: 'specific-segment'; asOf: string };

/** What a read of a subscription asked for. */
export type ViewOptions = {
  detail: ChargeDetail;
  /** Leaves out charges that were removed before they began, and plans of which no charge is shown. */
  withoutEmptyPlans: boolean;
  /** Day for net and as-of-day metrics; absent: the read did not ask for them. */
  metricsOf?: string | undefined;
};

function segmentsOf(segments: readonly Segment[], detail: ChargeDetail, today: string): Segment[] {
  if (detail.kind === 'all-segments') return [...segments];
  if (detail.kind === 'last-segment') return lastSegments(segments);
  const day = detail.kind === 'current-segment' ? today : detail.asOf;
  return segments.filter((one) => covers(one, day));
}

/** A contact as subscriptions show it: both names of the postal code, and where it belongs. */
function contactView(tenant: Tenant, contact: Contact): Record<string, unknown> {
  return {
    id: contact.id,
    ...Object.fromEntries(contactFields.map((name) => [name, contact[name]])),
    postalCode: contact.zipCode,
    accountId: contact.accountId,
    accountNumber: tenant.account(contact.accountId).accountNumber,
  };
}

function planView(
  tenant: Tenant,
  subscription: SubscriptionVersion,
  plan: RatePlan,
  { detail, withoutEmptyPlans }: ViewOptions,
): Record<string, unknown> & { ratePlanCharges: unknown[] } {
  const product = tenant.one('productRatePlans', plan.productRatePlanId);
  const { name, sku } = tenant.one('products', product.productId);
  const nested = detail.kind === 'all-segments' && tenant.options.allSegments === 'nested';
  const found = segmentsOf(plan.segments, nested ? { kind: 'last-segment' } : detail, tenant.today());
  const shown = withoutEmptyPlans ? found.filter((one) => one.effectiveStartDate !== one.effectiveEndDate) : found;
  return {
    id: plan.id,
    lastChangeType: plan.lastChangeType,
    productId: product.productId,
    productName: name,
    productSku: sku,
    productRatePlanId: plan.productRatePlanId,
    productRatePlanNumber: product.productRatePlanNumber,
    ratePlanName: plan.name,
    subscriptionProductFeatures: [],
    externallyManagedPlanId: plan.externallyManagedPlanId,
    subscriptionRatePlanNumber: plan.subscriptionRatePlanNumber,
    ...Object.fromEntries(tenant.customFields.ratePlan.map((field) => [field, plan.customFields[field] ?? null])),
    ratePlanCharges: shown.map((one) => ({
      ...chargeView(tenant, subscription, one),
      ...(nested && {
        chargeSegments: plan.segments
          .filter((other) => other.number === one.number)
          .map((other) => chargeView(tenant, subscription, other)),
      }),
    })),
  };
}

/** Net and as-of-day metrics, which a read has to ask for. */
export function detailedMetrics(subscription: SubscriptionVersion, day: string): Record<string, number | null> {
  const now = mrrAsOf(subscription, day);
  const tcv = tcvTotal(subscription);
  return {
    contractedNetMrr: metric(contracted(subscription).net),
    asOfDayGrossMrr: metric(now.gross),
    asOfDayNetMrr: metric(now.net),
    netTotalContractedValue: tcv === null ? null : metric(tcv.net),
  };
}

/** Metrics of the contract, before discounts. */
export function contractMetrics(subscription: SubscriptionVersion): Record<string, number | null> {
  const tcv = tcvTotal(subscription);
  return {
    contractedMrr: metric(contracted(subscription).gross),
    totalContractedValue: tcv === null ? null : metric(tcv.gross),
  };
}

/** A subscription version as `GET /v1/subscriptions/{key}` answers it, without `success`. */
export function subscriptionView(
  tenant: Tenant,
  subscription: SubscriptionVersion,
  options: ViewOptions,
): Record<string, unknown> {
  const { withoutEmptyPlans, metricsOf } = options;
  const account = tenant.account(subscription.accountId);
  const owner = tenant.account(subscription.invoiceOwnerAccountId);
  const plans = subscription.ratePlans.map((plan) => planView(tenant, subscription, plan, options));
  return {
    id: subscription.id,
    accountId: account.id,
    accountNumber: account.accountNumber,
    accountName: account.name,
    invoiceOwnerAccountId: owner.id,
    invoiceOwnerAccountNumber: owner.accountNumber,
    invoiceOwnerAccountName: owner.name,
    subscriptionNumber: subscription.number,
    version: subscription.version,
    revision: `${subscription.version}.0`,
    termType: subscription.termType,
    invoiceSeparately: subscription.invoiceSeparately,
    contractEffectiveDate: subscription.contractEffectiveDate,
    serviceActivationDate: subscription.serviceActivationDate,
    customerAcceptanceDate: subscription.customerAcceptanceDate,
    subscriptionStartDate: subscription.subscriptionStartDate,
    subscriptionEndDate: subscription.subscriptionEndDate,
    lastBookingDate: subscription.lastBookingDate,
    termStartDate: subscription.termStartDate,
    termEndDate: subscription.termEndDate,
    initialTerm: subscription.initialTerm,
    initialTermPeriodType: subscription.initialTermPeriodType,
    currentTerm: subscription.currentTerm,
    currentTermPeriodType: subscription.currentTermPeriodType,
    autoRenew: subscription.autoRenew,
    renewalSetting: subscription.renewalSetting,
    renewalTerm: subscription.renewalTerm,
    renewalTermPeriodType: subscription.renewalTermPeriodType,
    currency: subscription.currency,
    ...contractMetrics(subscription),
    ...(metricsOf !== undefined && detailedMetrics(subscription, metricsOf)),
    notes: subscription.notes,
    status: statusOn(subscription, tenant.today()),
    ...Object.fromEntries(
      tenant.customFields.subscription.map((name) => [name, subscription.customFields[name] ?? null]),
    ),
    ...subscription.quote,
    billToContact: contactView(tenant, tenant.contact(subscription.billToContactId ?? account.billToId)),
    paymentTerm: subscription.paymentTerm,
    invoiceTemplateId: subscription.invoiceTemplateId,
    invoiceTemplateName: null,
    sequenceSetId: subscription.sequenceSetId,
    sequenceSetName: null,
    soldToContact: contactView(tenant, tenant.contact(subscription.soldToContactId ?? account.soldToId)),
    isLatestVersion: tenant.subscription(subscription.number).id === subscription.id,
    cancelReason: subscription.cancelReason,
    ratePlans: withoutEmptyPlans ? plans.filter((plan) => plan.ratePlanCharges.length > 0) : plans,
    orderNumber: subscription.orderNumber,
    externallyManagedBy: subscription.externallyManagedBy,
    statusHistory: statusHistory(subscription),
    invoiceGroupNumber: null,
    createTime: tenant.dateTime(subscription.createdDate),
    updateTime: tenant.dateTime(subscription.updatedDate),
  };
}
