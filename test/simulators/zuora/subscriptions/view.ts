import { metric } from '../decimal.ts';
import { contactFields, type Contact, type Segment, type SubscriptionVersion } from '../model.ts';
import type { Tenant } from '../tenant.ts';
import { contractedMrr, covers, mrrOf, tcvOf, totalContractedValue } from './metrics.ts';
import { statusHistory, statusOn } from './status.ts';

/** Which segments of a charge an answer shows; Zuora's default is the last one in time, not today's. */
export type ChargeDetail =
  | { kind: 'last-segment' }
  | { kind: 'current-segment' }
  | { kind: 'all-segments' }
  | { kind: 'specific-segment'; asOf: string };

function segmentsOf(segments: readonly Segment[], detail: ChargeDetail, today: string): Segment[] {
  if (detail.kind === 'all-segments') return [...segments];
  if (detail.kind === 'last-segment') {
    const last = new Map<string, Segment>();
    for (const one of segments) last.set(one.number, one);
    return [...last.values()];
  }
  const day = detail.kind === 'current-segment' ? today : detail.asOf;
  return segments.filter((one) => covers(one, day));
}

function pricingSummary(segment: Segment, currency: string): string {
  const per = segment.uom ? ` per ${segment.uom}` : '';
  switch (segment.model) {
    case 'FlatFee':
      return `${currency}${segment.price}`;
    case 'PerUnit':
      return `${currency}${segment.price}${per}`;
    case 'DiscountPercentage':
      return `${segment.discountPercentage}% discount`;
    case 'Overage':
      return `${segment.includedUnits} ${segment.uom} included, then ${currency}${segment.overagePrice}${per}`;
    default:
      return (segment.tiers ?? [])
        .map((tier) => `${tier.startingUnit} to ${tier.endingUnit ?? 'unlimited'}: ${currency}${tier.price}`)
        .join('; ');
  }
}

function chargeView(tenant: Tenant, subscription: SubscriptionVersion, segment: Segment): Record<string, unknown> {
  const tcv = tcvOf(segment, subscription);
  const { processedThrough, done } = progress(segment);
  return {
    id: segment.id,
    originalChargeId: segment.originalChargeId,
    productRatePlanChargeId: segment.productRatePlanChargeId,
    number: segment.number,
    name: segment.name,
    productRatePlanChargeNumber:
      tenant.data.productCharges.find((one) => one.id === segment.productRatePlanChargeId)?.number ?? null,
    type: segment.type,
    model: segment.model,
    uom: segment.uom,
    version: segment.version,
    subscriptionChargeDeliverySchedule: null,
    numberOfDeliveries: null,
    priceChangeOption: 'NoChange',
    priceIncreasePercentage: null,
    currency: subscription.currency,
    chargeModelConfiguration: null,
    inputArgumentId: null,
    includedUnits: segment.includedUnits,
    overagePrice: segment.overagePrice,
    applyDiscountTo: segment.applyDiscountTo,
    discountLevel: segment.discountLevel,
    discountClass: null,
    billingDay: segment.billingDay,
    listPriceBase: segment.listPriceBase,
    specificListPriceBase: segment.specificListPriceBase,
    billingPeriod: segment.billingPeriod,
    specificBillingPeriod: segment.specificBillingPeriod,
    billingTiming: segment.billingTiming,
    ratingGroup: segment.type === 'Usage' ? 'ByBillingPeriod' : null,
    billingPeriodAlignment: 'AlignToCharge',
    quantity: segment.quantity,
    prorationOption: null,
    isStackedDiscount: false,
    reflectDiscountInNetAmount: false,
    smoothingModel: null,
    numberOfPeriods: null,
    overageCalculationOption: segment.model === 'Overage' ? 'PerBillingPeriod' : null,
    overageUnusedUnitsCreditOption: segment.model === 'Overage' ? 'NoCredit' : null,
    unusedUnitsCreditRates: null,
    usageRecordRatingOption: segment.type === 'Usage' ? 'EndOfBillingPeriod' : null,
    segment: segment.segment,
    effectiveStartDate: segment.effectiveStartDate,
    effectiveEndDate: segment.effectiveEndDate,
    processedThroughDate: processedThrough,
    chargedThroughDate: segment.chargedThroughDate,
    done,
    triggerDate: null,
    triggerEvent: segment.triggerEvent,
    endDateCondition: segment.endDateCondition,
    upToPeriodsType: segment.upToPeriodsType,
    upToPeriods: segment.upToPeriods,
    specificEndDate: segment.specificEndDate,
    mrr: metric(mrrOf(segment, subscription)),
    dmrc: metric(mrrOf(segment, subscription)),
    tcv: tcv === null ? null : metric(tcv),
    dtcv: tcv === null ? null : metric(tcv),
    originalOrderDate: segment.originalOrderDate,
    amendedByOrderOn: segment.amendedByOrderOn,
    description: segment.description,
    salesPrice: null,
    tiers: segment.tiers,
    discountApplyDetails: null,
    pricingSummary: pricingSummary(segment, subscription.currency),
    price: segment.price,
    discountAmount: null,
    discountPercentage: segment.discountPercentage,
    ...segment.customFields,
  };
}

function progress(segment: Segment): { processedThrough: string | null; done: boolean } {
  const { chargedThroughDate: through, effectiveEndDate: end } = segment;
  return { processedThrough: through, done: end !== null && through !== null && through >= end };
}

/** A contact as subscriptions show it: both names of the postal code, and where it belongs. */
function contactView(contact: Contact, accountId: string, accountNumber: string): Record<string, unknown> {
  return {
    id: contact.id,
    ...Object.fromEntries(contactFields.map((name) => [name, contact[name]])),
    postalCode: contact.zipCode,
    contactDescription: null,
    accountId,
    accountNumber,
  };
}

/** A subscription version as `GET /v1/subscriptions/{key}` answers it, without `success`. */
export function subscriptionView(
  tenant: Tenant,
  subscription: SubscriptionVersion,
  detail: ChargeDetail,
  withoutEmptyPlans = false,
): Record<string, unknown> {
  const account = tenant.account(subscription.accountId);
  const owner = tenant.account(subscription.invoiceOwnerAccountId);
  const today = tenant.today();
  const tcv = totalContractedValue(subscription);
  const plans = subscription.ratePlans.map((plan) => {
    const product = tenant.data.productRatePlans.find((one) => one.id === plan.productRatePlanId)!;
    const { name, sku } = tenant.data.products.find((one) => one.id === product.productId)!;
    const nested = detail.kind === 'all-segments' && tenant.options.allSegments === 'nested';
    const charge = (one: Segment) => ({
      ...chargeView(tenant, subscription, one),
      ...(nested && {
        chargeSegments: plan.segments
          .filter((other) => other.number === one.number)
          .map((other) => chargeView(tenant, subscription, other)),
      }),
    });
    return {
      id: plan.id,
      lastChangeType: plan.lastChangeType,
      productId: product.productId,
      productName: name,
      productSku: sku,
      productRatePlanId: plan.productRatePlanId,
      productRatePlanNumber: product.productRatePlanNumber,
      ratePlanName: product.name,
      subscriptionProductFeatures: [],
      externallyManagedPlanId: null,
      subscriptionRatePlanNumber: plan.subscriptionRatePlanNumber,
      ratePlanCharges: segmentsOf(plan.segments, nested ? { kind: 'last-segment' } : detail, today).map(charge),
    };
  });
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
    contractedMrr: metric(contractedMrr(subscription)),
    totalContractedValue: tcv === null ? null : metric(tcv),
    notes: subscription.notes,
    status: statusOn(subscription, today),
    ...Object.fromEntries(
      tenant.customFields.subscription.map((name) => [name, subscription.customFields[name] ?? null]),
    ),
    ...subscription.quote,
    billToContact: contactView(account.billTo, account.id, account.accountNumber),
    paymentTerm: subscription.paymentTerm,
    invoiceTemplateId: null,
    invoiceTemplateName: null,
    sequenceSetId: null,
    sequenceSetName: null,
    soldToContact: contactView(account.soldTo, account.id, account.accountNumber),
    isLatestVersion: tenant.subscription(subscription.number).id === subscription.id,
    cancelReason: subscription.cancelReason,
    ratePlans: withoutEmptyPlans ? plans.filter((plan) => plan.ratePlanCharges.length > 0) : plans,
    orderNumber: subscription.orderNumber,
    externallyManagedBy: null,
    statusHistory: statusHistory(subscription),
    invoiceGroupNumber: null,
    createTime: tenant.dateTime(subscription.createdDate),
    updateTime: tenant.dateTime(subscription.updatedDate),
  };
}
