import type { UnitOfMeasure } from '../../catalog/model.ts';
import { unitsOf } from '../../catalog/units.ts';
import type { OrderRecord, Product, ProductCharge, ProductRatePlan } from '../../model.ts';
import type { Tenant } from '../../tenant.ts';
import { define } from '../define.ts';
import { stamps, stampsOf } from '../stamps.ts';

export const products = define<Product>({
  name: 'Product',
  filterable: ['name', 'sKU', 'effectiveStartDate', 'effectiveEndDate'],
  records: (tenant) => tenant.data.products,
  fields: {
    id: (one) => one.id,
    name: (one) => one.name,
    sKU: (one) => one.sku,
    productNumber: (one) => one.productNumber,
    category: (one) => one.category,
    description: (one) => one.description,
    effectiveStartDate: (one) => one.effectiveStartDate,
    effectiveEndDate: (one) => one.effectiveEndDate,
    ...stamps,
  },
  many: {
    productRatePlans: {
      object: 'product-rate-plans',
      of: (one, tenant) => tenant.data.productRatePlans.filter((plan) => plan.productId === one.id),
    },
  },
});

const productOf = (tenant: Tenant, id: string) => tenant.one('products', id);

export const productRatePlans = define<ProductRatePlan>({
  name: 'ProductRatePlan',
  filterable: ['productId', 'name', 'effectiveStartDate', 'effectiveEndDate'],
  records: (tenant) => tenant.data.productRatePlans,
  fields: {
    id: (one) => one.id,
    productId: (one) => one.productId,
    name: (one) => one.name,
    productRatePlanNumber: (one) => one.productRatePlanNumber,
    description: (one) => one.description,
    activeCurrencies: (one) => one.activeCurrencies.join(','),
    effectiveStartDate: (one) => one.effectiveStartDate,
    effectiveEndDate: (one) => one.effectiveEndDate,
    ...stampsOf<ProductRatePlan>((one) => one),
  },
  one: { product: { object: 'products', of: (one, tenant) => productOf(tenant, one.productId) } },
  many: {
    productRatePlanCharges: {
      object: 'product-rate-plan-charges',
      of: (one, tenant) => tenant.data.productCharges.filter((charge) => charge.productRatePlanId === one.id),
    },
  },
});

export const productRatePlanCharges = define<ProductCharge>({
  name: 'ProductRatePlanCharge',
  filterable: ['productRatePlanId', 'name', 'chargeType', 'chargeModel'],
  records: (tenant) => tenant.data.productCharges,
  fields: {
    id: (one) => one.id,
    productRatePlanId: (one) => one.productRatePlanId,
    productRatePlanChargeNumber: (one) => one.number,
    name: (one) => one.name,
    chargeType: (one) => one.type,
    chargeModel: (one) => one.model,
    billingPeriod: (one) => one.billingPeriod,
    specificBillingPeriod: (one) => one.specificBillingPeriod,
    listPriceBase: (one) => one.listPriceBase,
    specificListPriceBase: (one) => one.specificListPriceBase,
    billingTiming: (one) => one.billingTiming,
    uOM: (one) => one.uom,
    defaultQuantity: (one) => one.quantity,
    includedUnits: (one) => one.includedUnits,
    description: (one) => one.description,
    ...stampsOf<ProductCharge>((one) => one),
  },
  many: {
    productRatePlanChargeTiers: {
      object: 'product-rate-plan-charge-tiers',
      of: (one, tenant) => productTiers(tenant).filter((tier) => tier.charge === one),
    },
  },
});

export const unitsOfMeasure = define<UnitOfMeasure>({
  name: 'UnitOfMeasure',
  records: unitsOf,
  fields: {
    id: (one) => one.id,
    uomName: (one) => one.name,
    decimalPlaces: (one) => one.decimalPlaces,
    roundingMode: (one) => one.roundingMode,
    displayedAs: (one) => one.name,
    active: () => true,
    ...stampsOf<UnitOfMeasure>((one) => one),
  },
});

type ProductTier = { charge: ProductCharge; currency: string; index: number };

const productTiers = (tenant: Tenant): ProductTier[] =>
  tenant.derived('productTiers', () =>
    tenant.data.productCharges.flatMap((charge) =>
      charge.prices.flatMap(({ currency, tiers }) =>
        (tiers ?? [null]).map((_, index) => ({ charge, currency, index })),
      ),
    ),
  );

const priceOf = ({ charge, currency }: ProductTier) => charge.prices.find((one) => one.currency === currency)!;
const tierOf = (one: ProductTier) => priceOf(one).tiers?.[one.index];

export const productRatePlanChargeTiers = define<ProductTier>({
  name: 'ProductRatePlanChargeTier',
  filterable: ['productRatePlanChargeId', 'currency'],
  records: productTiers,
  fields: {
    id: (one) => priceOf(one).rowIds[one.index],
    productRatePlanChargeId: ({ charge }) => charge.id,
    currency: ({ currency }) => currency,
    tier: ({ index }) => index + 1,
    price: (one) => tierOf(one)?.price ?? priceOf(one).price,
    priceFormat: (one) => (tierOf(one)?.priceFormat === 'PerUnit' ? 'Per Unit' : 'Flat Fee'),
    startingUnit: (one) => tierOf(one)?.startingUnit,
    endingUnit: (one) => tierOf(one)?.endingUnit,
    overagePrice: (one) => priceOf(one).overagePrice,
    discountAmount: (one) => priceOf(one).discountAmount,
    discountPercentage: (one) => priceOf(one).discountPercentage,
    ...stampsOf<ProductTier>(({ charge }) => charge),
  },
});

export const orders = define<OrderRecord>({
  name: 'Orders',
  singular: 'order',
  zoql: false,
  keys: ['orderNumber'],
  filterable: ['orderNumber', 'accountId', 'orderDate', 'status'],
  records: (tenant) => tenant.data.orders,
  fields: {
    id: (one) => one.id,
    orderNumber: (one) => one.orderNumber,
    accountId: (one) => one.accountId,
    orderDate: (one) => one.orderDate,
    status: (one) => one.status,
    category: (one) => one.category,
    description: (one) => one.description,
    reasonCode: (one) => one.reasonCode,
    ...stamps,
  },
  custom: { names: (tenant) => tenant.customFields.order, of: (one) => one.customFields },
  one: { account: { object: 'accounts', of: (one, tenant) => tenant.account(one.accountId) } },
  many: {
    orderActions: { object: 'order-actions', of: (one, tenant) => actionsOf(tenant).get(one.id) ?? [] },
    orderLineItems: { object: 'order-line-items', of: (one, tenant) => linesOf(tenant).get(one.id) ?? [] },
  },
});

type Action = {
  order: OrderRecord;
  part: OrderRecord['subscriptions'][number];
  action: OrderRecord['subscriptions'][number]['orderActions'][number];
};

const actionsOf = (tenant: Tenant): Map<string, Action[]> =>
  tenant.derived('orderActions', () =>
    Map.groupBy(
      tenant.data.orders.flatMap((order) =>
        order.subscriptions.flatMap((part) => part.orderActions.map((action) => ({ order, part, action }))),
      ),
      (one) => one.order.id,
    ),
  );

const contractDate = (action: Action['action']): string | null | undefined =>
  (action['triggerDates'] as { name: string; triggerDate?: string | null }[] | undefined)?.find(
    ({ name }) => name === 'ContractEffective',
  )?.triggerDate;

/** The version of the subscription that an action of a type made; none of another type, or while the order waits. */
const madeBy = (tenant: Tenant, { part, action }: Action, type: string) =>
  action.type === type
    ? tenant.by('subscriptions', 'number', part.subscriptionNumber).find(({ version }) => version === part.newVersion)
    : undefined;

export const orderActions = define<Action>({
  name: 'OrderAction',
  zoql: false,
  filterable: ['orderId', 'type', 'subscriptionNumber'],
  records: (tenant) => tenant.derived('orderActionList', () => [...actionsOf(tenant).values()].flat()),
  fields: {
    id: ({ action }) => action.id,
    orderId: ({ order }) => order.id,
    type: ({ action }) => action.type,
    sequence: ({ action }) => action.sequence,
    subscriptionNumber: ({ part }) => part.subscriptionNumber,
    subscriptionVersion: ({ part }) => part.newVersion,
    changeReason: ({ action }) => action['changeReason'],
    subType: ({ action }) => (action['changePlan'] as { subType?: string } | undefined)?.subType,
    contractEffectiveDate: ({ action }) => contractDate(action),
    cancellationPolicy: ({ action }) =>
      (action['cancelSubscription'] as { cancellationPolicy?: string } | undefined)?.cancellationPolicy,
    cancellationEffectiveDate: (one, tenant) => madeBy(tenant, one, 'CancelSubscription')?.cancelledFrom,
    suspendDate: (one, tenant) => madeBy(tenant, one, 'Suspend')?.suspensions.at(-1)?.from,
    resumeDate: (one, tenant) => madeBy(tenant, one, 'Resume')?.suspensions.at(-1)?.to,
    ...stampsOf<Action>(({ order }) => order),
  },
  one: { order: { object: 'orders', of: ({ order }) => order } },
});

type Line = { order: OrderRecord; line: OrderRecord['orderLineItems'][number] };

const linesOf = (tenant: Tenant): Map<string, Line[]> =>
  tenant.derived('orderLineItems', () =>
    Map.groupBy(
      tenant.data.orders.flatMap((order) => order.orderLineItems.map((line) => ({ order, line }))),
      (one) => one.order.id,
    ),
  );

export const orderLineItems = define<Line>({
  name: 'OrderLineItem',
  zoql: false,
  filterable: ['orderId', 'itemState', 'itemNumber'],
  records: (tenant) => tenant.derived('orderLineItemList', () => [...linesOf(tenant).values()].flat()),
  fields: {
    id: ({ line }) => line.id,
    orderId: ({ order }) => order.id,
    itemNumber: ({ line }) => line.itemNumber,
    itemName: ({ line }) => line.itemName,
    itemType: ({ line }) => line.itemType,
    itemState: ({ line }) => line.itemState,
    quantity: ({ line }) => line.quantity,
    amountPerUnit: ({ line }) => line.amountPerUnit,
    ...stampsOf<Line>(({ order }) => order),
  },
  one: { order: { object: 'orders', of: ({ order }) => order } },
});
