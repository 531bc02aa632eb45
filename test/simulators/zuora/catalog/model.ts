import type { CustomFields } from '../model.ts';

export type Product = {
  id: string;
  name: string;
  sku: string;
  productNumber: string;
  category: string | null;
  description: string | null;
  effectiveStartDate: string;
  effectiveEndDate: string;
  customFields: CustomFields;
  createdDate: number;
  updatedDate: number;
};

export type ProductRatePlan = {
  id: string;
  productId: string;
  name: string;
  productRatePlanNumber: string;
  description: string | null;
  effectiveStartDate: string;
  effectiveEndDate: string;
  activeCurrencies: string[];
  /** Where the plan stands among others; a change to a higher grade is an upgrade. */
  grade: number | null;
  externallyManagedPlanIds: string[];
  customFields: CustomFields;
  createdDate: number;
  updatedDate: number;
};

export type Tier = {
  tier: number;
  startingUnit: number;
  endingUnit: number | null;
  price: number;
  priceFormat: 'FlatFee' | 'PerUnit';
};

export type ChargeType = 'OneTime' | 'Recurring' | 'Usage';
export type ChargeModel =
  | 'FlatFee'
  | 'PerUnit'
  | 'Tiered'
  | 'Volume'
  | 'Overage'
  | 'TieredwithOverage'
  | 'DiscountFixedAmount'
  | 'DiscountPercentage';
export type BillingTiming = 'IN_ADVANCE' | 'IN_ARREARS';
export type TriggerEvent = 'ContractEffective' | 'ServiceActivation' | 'CustomerAcceptance';
export type EndDateCondition = 'Subscription_End' | 'Fixed_Period' | 'Specific_End_Date';
export type PeriodsType = 'Billing_Periods' | 'Days' | 'Weeks' | 'Months' | 'Years';
export type PriceChangeOption = 'NoChange' | 'SpecificPercentageValue' | 'UseLatestProductCatalogPricing';

/** Prices of one currency; which fields count depends on the charge model. */
export type Price = {
  price: number | null;
  tiers: Tier[] | null;
  overagePrice: number | null;
  discountPercentage: number | null;
  discountAmount: number | null;
};

/** Prices of a product charge in one currency, with the ids of its tier rows: tiers in order, the overage row last. */
export type ProductPrice = Price & { currency: string; rowIds: string[] };

/** What product charges and sold charges have in common, in the spelling of the Orders API. */
export type ChargeTerms = {
  name: string;
  type: ChargeType;
  model: ChargeModel;
  uom: string | null;
  quantity: number | null;
  includedUnits: number | null;
  billingPeriod: string | null;
  specificBillingPeriod: number | null;
  billingPeriodAlignment: 'AlignToCharge' | 'AlignToSubscriptionStart' | 'AlignToTermStart';
  listPriceBase: string | null;
  specificListPriceBase: number | null;
  billingTiming: BillingTiming | null;
  /** Bill cycle type, such as `DefaultFromCustomer`. */
  billingDay: string;
  /** Day of the month for `SpecificDayofMonth`. */
  billCycleDay: number | null;
  /** Day of the week for `SpecificDayofWeek`. */
  weeklyBillCycleDay: string | null;
  ratingGroup: string | null;
  triggerEvent: TriggerEvent;
  endDateCondition: EndDateCondition;
  upToPeriods: number | null;
  upToPeriodsType: PeriodsType | null;
  priceChangeOption: PriceChangeOption;
  priceIncreasePercentage: number | null;
  applyDiscountTo: string | null;
  discountLevel: 'rateplan' | 'subscription' | 'account' | null;
  revRecCode: string | null;
  revRecTriggerCondition: string | null;
  revenueRecognitionRuleName: string | null;
  taxable: boolean;
  taxCode: string | null;
  taxMode: 'TaxExclusive' | 'TaxInclusive' | null;
  description: string;
};

export type ProductCharge = ChargeTerms & {
  id: string;
  productRatePlanId: string;
  number: string;
  prices: ProductPrice[];
  useDiscountSpecificAccountingCode: boolean;
  customFields: CustomFields;
  createdDate: number;
  updatedDate: number;
};

export type UnitOfMeasure = {
  id: string;
  name: string;
  decimalPlaces: number;
  /** Which way quantities with more digits are rounded. */
  roundingMode: 'Up' | 'Down';
  createdDate: number;
  updatedDate: number;
};

export type CatalogData = {
  units: UnitOfMeasure[];
  products: Product[];
  productRatePlans: ProductRatePlan[];
  productCharges: ProductCharge[];
};

export const emptyCatalog = (): CatalogData => ({
  units: [],
  products: [],
  productRatePlans: [],
  productCharges: [],
});
