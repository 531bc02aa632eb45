import { notSimulated } from '../protocol/errors.ts';
import type { Tenant } from '../tenant.ts';

/** Fields of an order that Zuora has, mostly for features to be switched on, and this simulator has not. */
const unsupported = [
  'applyToBillingPeriodPartially',
  'authTransactionId',
  'chargeModelData',
  'chargeType',
  'chargeModel',
  'clearingExistingFeatures',
  'creditCard',
  'discountApplyDetails',
  'discountClass',
  'drawdownRate',
  'endDatePolicy',
  'hpmCreditCardPaymentMethodId',
  'invoiceSchedule',
  'isFromExternalCatalog',
  'isRollover',
  'numberOfPeriods',
  'originalDiscountAmount',
  'originalDiscountPercentage',
  'originalListPrice',
  'overageUnusedUnitsCreditOption',
  'periodsAfterChargeStart',
  'pobPolicy',
  'prepaidQuantity',
  'priceIntervals',
  'productOfferId',
  'productOfferNumber',
  'ratePlanOverrides',
  'ratePlanUpdates',
  'recurringDelivery',
  'recurringDeliveryBased',
  'refundAmount',
  'rolloverApply',
  'rolloverPeriodLength',
  'rolloverPeriods',
  'startDatePolicy',
  'startPeriodsType',
  'subscribeToProducts',
  'subscriptionOfferId',
  'subscriptionOfferNumber',
  'subscriptionOfferUniqueToken',
  'subscriptionProductFeatures',
  'unusedUnitsCreditRates',
  'uom',
  'validityPeriodType',
  'writeOffBehavior',
];

/** Options of processing that are simulated only when they are off. */
const onlyOff = ['applyCredit', 'applyCreditBalance', 'refund', 'writeOff'];

/** Refuses with 501 what Zuora can and this simulator cannot, before the body is parsed. */
export function refuseUnsupported(tenant: Tenant, body: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  for (const [key, value] of Object.entries(body)) {
    const named = unsupported.includes(key) && value !== null && !(Array.isArray(value) && value.length === 0);
    if (named || (onlyOff.includes(key) && value === true)) notSimulated(tenant.ctx.calls, `orders: ${key}`);
    if (key === 'electronicPaymentOptions' && value !== null)
      notSimulated(tenant.ctx.calls, 'orders: another payment method than the default one');
    if (key !== 'customFields' && key !== 'newAccount') refuseUnsupported(tenant, value);
  }
}
