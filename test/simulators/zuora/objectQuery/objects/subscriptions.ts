import { metric } from '../../decimal.ts';
import type { SubscriptionVersion } from '../../model.ts';
import { contractedMrr, mrrOf, tcvOf } from '../../metrics/contract.ts';
import { soldIn, type Sold } from '../../metrics/discounts.ts';
import { statusOn } from '../../subscriptions/status.ts';
import type { Tenant } from '../../tenant.ts';
import { define } from '../define.ts';
import { stamps, stampsOf } from '../stamps.ts';

/** Every version of every subscription; a sweep filters or keeps the highest. */
export const subscriptions = define<SubscriptionVersion>({
  name: 'Subscription',
  keys: ['name'],
  filterable: [
    'name',
    'accountId',
    'invoiceOwnerId',
    'status',
    'version',
    'isLatestVersion',
    'termType',
    'termEndDate',
    'termStartDate',
    'subscriptionStartDate',
    'subscriptionEndDate',
    'autoRenew',
    'currency',
  ],
  records: (tenant) => tenant.data.subscriptions,
  fields: {
    id: (one) => one.id,
    name: (one) => one.number,
    version: (one) => one.version,
    isLatestVersion: (one, tenant) => tenant.subscription(one.number) === one,
    status: (one, tenant) => statusOn(one, tenant.today()),
    accountId: (one) => one.accountId,
    invoiceOwnerId: (one) => one.invoiceOwnerAccountId,
    currency: (one) => one.currency,
    cmrr: (one) => metric(contractedMrr(one)),
    autoRenew: (one) => one.autoRenew,
    cancelledDate: (one) => one.cancelledFrom,
    cancelReason: (one) => one.cancelReason,
    contractEffectiveDate: (one) => one.contractEffectiveDate,
    serviceActivationDate: (one) => one.serviceActivationDate,
    contractAcceptanceDate: (one) => one.customerAcceptanceDate,
    subscriptionStartDate: (one) => one.subscriptionStartDate,
    subscriptionEndDate: (one) => one.subscriptionEndDate,
    termType: (one) => one.termType,
    termStartDate: (one) => one.termStartDate,
    termEndDate: (one) => one.termEndDate,
    initialTerm: (one) => one.initialTerm,
    initialTermPeriodType: (one) => one.initialTermPeriodType,
    currentTerm: (one) => one.currentTerm,
    currentTermPeriodType: (one) => one.currentTermPeriodType,
    renewalTerm: (one) => one.renewalTerm,
    renewalTermPeriodType: (one) => one.renewalTermPeriodType,
    renewalSetting: (one) => one.renewalSetting,
    paymentTerm: (one) => one.paymentTerm,
    notes: (one) => one.notes,
    ...stamps,
  },
  custom: { names: (tenant) => tenant.customFields.subscription, of: (one) => one.customFields },
  one: {
    account: { object: 'accounts', of: (one, tenant) => tenant.account(one.accountId) },
    invoiceOwner: { object: 'accounts', of: (one, tenant) => tenant.account(one.invoiceOwnerAccountId) },
  },
  many: { ratePlans: { object: 'rate-plans', of: (one, tenant) => plansOf(tenant, one) } },
});

type Plan = { subscription: SubscriptionVersion; plan: SubscriptionVersion['ratePlans'][number] };

/** The same objects every time while nothing changes, so that children can be told from each other by identity. */
const allPlans = (tenant: Tenant): Map<string, Plan[]> =>
  tenant.derived('ratePlans', () =>
    Map.groupBy(
      tenant.data.subscriptions.flatMap((subscription) =>
        subscription.ratePlans.map((plan) => ({ subscription, plan })),
      ),
      (one) => one.subscription.id,
    ),
  );

const plansOf = (tenant: Tenant, subscription: SubscriptionVersion): Plan[] =>
  allPlans(tenant).get(subscription.id) ?? [];

const catalogPlan = (tenant: Tenant, one: Plan) => tenant.by('productRatePlans', 'id', one.plan.productRatePlanId)[0];

export const ratePlans = define<Plan>({
  name: 'RatePlan',
  filterable: ['subscriptionId', 'productRatePlanId', 'name'],
  records: (tenant) => tenant.derived('ratePlanList', () => [...allPlans(tenant).values()].flat()),
  fields: {
    id: (one) => one.plan.id,
    name: (one, tenant) => catalogPlan(tenant, one)?.name,
    productRatePlanId: (one) => one.plan.productRatePlanId,
    subscriptionId: (one) => one.subscription.id,
    subscriptionRatePlanNumber: (one) => one.plan.subscriptionRatePlanNumber,
    amendmentType: (one) =>
      one.plan.lastChangeType === null
        ? null
        : { Add: 'NewProduct', Update: 'UpdateProduct', Remove: 'RemoveProduct' }[one.plan.lastChangeType],
    ...stampsOf<Plan>((one) => one.subscription),
  },
  one: {
    subscription: { object: 'subscriptions', of: (one) => one.subscription },
    productRatePlan: { object: 'product-rate-plans', of: (one, tenant) => catalogPlan(tenant, one) },
  },
  many: {
    ratePlanCharges: {
      object: 'rate-plan-charges',
      of: (one, tenant) =>
        chargesIn(tenant)
          .get(one.subscription.id)
          ?.filter((charge) => charge.plan.id === one.plan.id) ?? [],
    },
  },
});

const chargesIn = (tenant: Tenant): Map<string, Sold[]> =>
  tenant.derived('ratePlanCharges', () =>
    Map.groupBy(tenant.data.subscriptions.flatMap(soldIn), (one) => one.subscription.id),
  );

const isLast = ({ segment, plan }: Sold): boolean =>
  plan.segments.every((other) => other.number !== segment.number || other.segment <= segment.segment);

export const ratePlanCharges = define<Sold>({
  name: 'RatePlanCharge',
  keys: ['chargeNumber'],
  filterable: [
    'ratePlanId',
    'subscriptionId',
    'chargeNumber',
    'chargeType',
    'chargeModel',
    'effectiveStartDate',
    'effectiveEndDate',
    'isLastSegment',
    'productRatePlanChargeId',
    'name',
  ],
  records: (tenant) => tenant.derived('ratePlanChargeList', () => [...chargesIn(tenant).values()].flat()),
  fields: {
    id: ({ segment }) => segment.id,
    originalId: ({ segment }) => segment.originalChargeId,
    ratePlanId: ({ plan }) => plan.id,
    subscriptionId: ({ subscription }) => subscription.id,
    productRatePlanChargeId: ({ segment }) => segment.productRatePlanChargeId,
    chargeNumber: ({ segment }) => segment.number,
    name: ({ segment }) => segment.name,
    chargeType: ({ segment }) => segment.type,
    chargeModel: ({ segment }) => segment.model,
    segment: ({ segment }) => segment.segment,
    version: ({ segment }) => segment.version,
    isLastSegment: (one) => isLast(one),
    effectiveStartDate: ({ segment }) => segment.effectiveStartDate,
    effectiveEndDate: ({ segment }) => segment.effectiveEndDate,
    chargedThroughDate: ({ segment }) => segment.chargedThroughDate,
    quantity: ({ segment }) => segment.quantity,
    price: ({ segment }) => segment.price,
    uOM: ({ segment }) => segment.uom,
    billingPeriod: ({ segment }) => segment.billingPeriod,
    specificBillingPeriod: ({ segment }) => segment.specificBillingPeriod,
    billingTiming: ({ segment }) => segment.billingTiming,
    billCycleType: ({ segment }) => segment.billingDay,
    listPriceBase: ({ segment }) => segment.listPriceBase,
    triggerEvent: ({ segment }) => segment.triggerEvent,
    applyDiscountTo: ({ segment }) => segment.applyDiscountTo,
    discountLevel: ({ segment }) => segment.discountLevel,
    discountPercentage: ({ segment }) => segment.discountPercentage,
    mRR: ({ segment, subscription }) => metric(mrrOf(segment, subscription)),
    tCV: ({ segment, subscription }) => {
      const tcv = tcvOf(segment, subscription);
      return tcv === null ? null : metric(tcv);
    },
    originalOrderDate: ({ segment }) => segment.originalOrderDate,
    ...stampsOf<Sold>((one) => one.subscription),
  },
  one: {
    ratePlan: {
      object: 'rate-plans',
      of: (one, tenant) => plansOf(tenant, one.subscription).find((found) => found.plan.id === one.plan.id),
    },
    subscription: { object: 'subscriptions', of: (one) => one.subscription },
  },
  many: {
    ratePlanChargeTiers: {
      object: 'rate-plan-charge-tiers',
      of: (one, tenant) => tiersIn(tenant).filter((tier) => tier.sold === one),
    },
  },
});

type Tiered = { sold: Sold; index: number };

const tiersIn = (tenant: Tenant): Tiered[] =>
  tenant.derived('ratePlanChargeTiers', () =>
    [...chargesIn(tenant).values()]
      .flat()
      .flatMap((sold) => (sold.segment.tiers ?? [null]).map((_, index) => ({ sold, index }))),
  );

const tierOf = ({ sold, index }: Tiered) => sold.segment.tiers?.[index];

export const ratePlanChargeTiers = define<Tiered>({
  name: 'RatePlanChargeTier',
  filterable: ['ratePlanChargeId', 'tier', 'price'],
  records: tiersIn,
  fields: {
    id: ({ sold, index }) => `${sold.segment.id.slice(0, 28)}${String(index).padStart(4, '0')}`,
    ratePlanChargeId: ({ sold }) => sold.segment.id,
    currency: ({ sold }) => sold.subscription.currency,
    tier: ({ index }) => index + 1,
    price: (one) => tierOf(one)?.price ?? one.sold.segment.price,
    priceFormat: (one) => (tierOf(one)?.priceFormat === 'PerUnit' ? 'Per Unit' : 'Flat Fee'),
    startingUnit: (one) => tierOf(one)?.startingUnit,
    endingUnit: (one) => tierOf(one)?.endingUnit,
    discountPercentage: ({ sold }) => sold.segment.discountPercentage,
    ...stampsOf<Tiered>(({ sold }) => sold.subscription),
  },
  one: { ratePlanCharge: { object: 'rate-plan-charges', of: ({ sold }) => sold } },
});
