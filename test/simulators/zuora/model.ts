/** What a simulated tenant holds. Dates are `YYYY-MM-DD` in the tenant's zone, end dates exclusive; instants are epoch ms. */

export type CustomFields = Record<string, string | number | boolean | null>;

export type Contact = { id: string } & Record<(typeof contactFields)[number], string | null>;

export const contactFields = [
  'address1',
  'address2',
  'city',
  'country',
  'county',
  'fax',
  'firstName',
  'homePhone',
  'lastName',
  'mobilePhone',
  'nickname',
  'otherPhone',
  'otherPhoneType',
  'personalEmail',
  'state',
  'taxRegion',
  'workEmail',
  'workPhone',
  'zipCode',
] as const;

export type Account = {
  id: string;
  accountNumber: string;
  name: string;
  status: 'Active' | 'Canceled';
  crmId: string | null;
  batch: string;
  parentId: string | null;
  notes: string | null;
  salesRep: string | null;
  purchaseOrderNumber: string | null;
  /** null: the account is muted and gets no callouts. */
  communicationProfileId: string | null;
  currency: string;
  /** 0 while no charge has set it (auto-set). */
  billCycleDay: number;
  autoPay: boolean;
  paymentTerm: string;
  paymentGateway: string | null;
  defaultPaymentMethodId: string | null;
  invoiceDeliveryPrefsEmail: boolean;
  invoiceDeliveryPrefsPrint: boolean;
  additionalEmailAddresses: string[];
  billTo: Contact;
  soldTo: Contact;
  customFields: CustomFields;
  createdDate: number;
  updatedDate: number;
};

export type PaymentMethod = {
  id: string;
  accountId: string;
  type: 'CreditCard' | 'CreditCardReferenceTransaction' | 'ACH' | 'Check' | 'WireTransfer' | 'Other';
  holder: string | null;
  cardType: string | null;
  /** Masked, as every answer shows it. */
  cardNumber: string | null;
  expirationMonth: number | null;
  expirationYear: number | null;
  /** What the test gateway answers to charges of this method; null approves. */
  decline: { code: string; message: string } | null;
  status: 'Active' | 'Closed';
  numConsecutiveFailures: number;
  totalProcessed: number;
  totalErrors: number;
  lastTransactionStatus: string | null;
  lastTransactionDate: number | null;
  lastFailedDate: number | null;
  createdDate: number;
  updatedDate: number;
};

export type Product = {
  id: string;
  name: string;
  sku: string;
  productNumber: string;
  category: string | null;
  description: string | null;
  effectiveStartDate: string;
  effectiveEndDate: string;
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
};

export type Tier = {
  tier: number;
  startingUnit: number;
  endingUnit: number | null;
  price: number;
  priceFormat: 'FlatFee' | 'PerUnit';
};

export type ChargeType = 'OneTime' | 'Recurring' | 'Usage';
export type ChargeModel = 'FlatFee' | 'PerUnit' | 'Tiered' | 'Volume' | 'Overage' | 'DiscountPercentage';
export type BillingTiming = 'IN_ADVANCE' | 'IN_ARREARS';
export type TriggerEvent = 'ContractEffective' | 'ServiceActivation' | 'CustomerAcceptance';

/** Prices of one currency of a product charge; `discountPercentage` only for discounts. */
export type ProductPrice = {
  currency: string;
  price: number | null;
  tiers: Tier[] | null;
  overagePrice: number | null;
  discountPercentage: number | null;
};

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
  listPriceBase: string | null;
  specificListPriceBase: number | null;
  billingTiming: BillingTiming | null;
  billingDay: string;
  triggerEvent: TriggerEvent;
  applyDiscountTo: string | null;
  discountLevel: 'rateplan' | 'subscription' | 'account' | null;
  description: string;
};

export type ProductCharge = ChargeTerms & {
  id: string;
  productRatePlanId: string;
  number: string;
  prices: ProductPrice[];
};

/** One segment of a sold charge. */
export type Segment = ChargeTerms & {
  id: string;
  /** Id of the charge in the first version of the subscription. */
  originalChargeId: string;
  productRatePlanChargeId: string;
  number: string;
  segment: number;
  version: number;
  price: number | null;
  tiers: Tier[] | null;
  overagePrice: number | null;
  discountPercentage: number | null;
  effectiveStartDate: string;
  /** null: evergreen. */
  effectiveEndDate: string | null;
  endDateCondition: 'Subscription_End' | 'Fixed_Period' | 'Specific_End_Date';
  upToPeriods: number | null;
  upToPeriodsType: string | null;
  specificEndDate: string | null;
  /** Where billing periods of the charge start to be counted: the start of its first segment. */
  billingAnchor: string;
  chargedThroughDate: string | null;
  originalOrderDate: string;
  amendedByOrderOn: string | null;
  customFields: CustomFields;
};

export type RatePlan = {
  id: string;
  subscriptionRatePlanNumber: string;
  productRatePlanId: string;
  lastChangeType: 'Add' | 'Update' | 'Remove' | null;
  uniqueToken: string | null;
  segments: Segment[];
};

export type PeriodType = 'Month' | 'Year' | 'Week' | 'Day';

export type SubscriptionVersion = {
  id: string;
  number: string;
  version: number;
  accountId: string;
  invoiceOwnerAccountId: string;
  orderNumber: string;
  currency: string;
  termType: 'TERMED' | 'EVERGREEN';
  contractEffectiveDate: string;
  serviceActivationDate: string;
  customerAcceptanceDate: string;
  subscriptionStartDate: string;
  subscriptionEndDate: string | null;
  termStartDate: string;
  termEndDate: string | null;
  initialTerm: number | null;
  initialTermPeriodType: PeriodType | null;
  currentTerm: number | null;
  currentTermPeriodType: PeriodType | null;
  renewalTerm: number | null;
  renewalTermPeriodType: PeriodType | null;
  renewalSetting: 'RENEW_WITH_SPECIFIC_TERM' | 'RENEW_TO_EVERGREEN' | null;
  autoRenew: boolean;
  /** First day without the subscription; null while it is not cancelled. */
  cancelledFrom: string | null;
  cancelReason: string | null;
  lastBookingDate: string;
  notes: string | null;
  paymentTerm: string | null;
  invoiceSeparately: boolean;
  quote: Record<string, string | null>;
  customFields: CustomFields;
  ratePlans: RatePlan[];
  createdDate: number;
  updatedDate: number;
};

export type OrderRecord = {
  id: string;
  orderNumber: string;
  orderDate: string;
  accountId: string;
  category: string;
  description: string | null;
  reasonCode: string | null;
  status: 'Completed';
  customFields: CustomFields;
  subscriptions: {
    subscriptionNumber: string;
    baseVersion: number | null;
    newVersion: number;
    orderActions: Record<string, unknown>[];
  }[];
  createdDate: number;
  updatedDate: number;
};

export type InvoiceItem = {
  id: string;
  subscriptionId: string;
  subscriptionNumber: string;
  chargeId: string;
  chargeNumber: string;
  chargeName: string;
  chargeType: ChargeType;
  processingType: 'Charge' | 'Discount';
  appliedToItemId: string | null;
  productName: string;
  productRatePlanChargeId: string;
  sku: string;
  chargeAmount: number;
  unitPrice: number | null;
  quantity: number;
  uom: string | null;
  /** Inclusive, unlike the end of a charge segment. */
  serviceStartDate: string;
  serviceEndDate: string;
};

export type Invoice = {
  id: string;
  invoiceNumber: string;
  accountId: string;
  currency: string;
  amount: number;
  balance: number;
  paymentAmount: number;
  status: 'Draft' | 'Posted';
  invoiceDate: string;
  dueDate: string;
  targetDate: string;
  postedDate: string | null;
  source: 'BillRun' | 'API';
  billRunId: string | null;
  items: InvoiceItem[];
  createdDate: number;
  updatedDate: number;
};

export type CreditMemo = {
  id: string;
  number: string;
  accountId: string;
  currency: string;
  amount: number;
  creditMemoDate: string;
  items: InvoiceItem[];
  createdDate: number;
  updatedDate: number;
};

export type Payment = {
  id: string;
  number: string;
  accountId: string;
  type: 'External' | 'Electronic';
  status: 'Processed' | 'Error';
  amount: number;
  currency: string;
  appliedAmount: number;
  applications: { invoiceId: string; amount: number }[];
  effectiveDate: string;
  paymentMethodId: string | null;
  comment: string | null;
  referenceId: string | null;
  gatewayResponse: string | null;
  gatewayResponseCode: string | null;
  transactionLogId: string | null;
  createdDate: number;
  updatedDate: number;
};

export type Usage = {
  id: string;
  accountId: string;
  subscriptionNumber: string | null;
  chargeNumber: string | null;
  uom: string;
  quantity: number;
  startDateTime: string;
  /** Day of `startDateTime` in the tenant's zone. */
  day: string;
  endDateTime: string | null;
  status: 'Pending' | 'Processed';
  description: string | null;
  uniqueKey: string | null;
  submissionDateTime: number;
  createdDate: number;
  updatedDate: number;
};

export type CalloutRecord = {
  attemptedNum: number;
  createTime: number;
  eventCategory: string;
  eventContext: Record<string, string>;
  notification: string;
  requestMethod: string;
  requestUrl: string;
  responseCode: number | null;
  responseContent: string;
  objectId: string;
};

export type StoredAnswer = {
  method: string;
  url: string;
  status: number;
  headers: Record<string, string>;
  body: string;
  at: number;
};

export type TenantData = {
  counters: Record<string, number>;
  accounts: Account[];
  paymentMethods: PaymentMethod[];
  products: Product[];
  productRatePlans: ProductRatePlan[];
  productCharges: ProductCharge[];
  /** Every version of every subscription, oldest first. */
  subscriptions: SubscriptionVersion[];
  orders: OrderRecord[];
  invoices: Invoice[];
  creditMemos: CreditMemo[];
  payments: Payment[];
  usages: Usage[];
  callouts: CalloutRecord[];
  idempotency: Record<string, StoredAnswer>;
  /** Access token → real time at which it ends. */
  tokens: Record<string, number>;
  /** Last day for which the daily job ran. */
  ranThrough: string | null;
};

export function emptyTenant(): TenantData {
  return {
    counters: {},
    accounts: [],
    paymentMethods: [],
    products: [],
    productRatePlans: [],
    productCharges: [],
    subscriptions: [],
    orders: [],
    invoices: [],
    creditMemos: [],
    payments: [],
    usages: [],
    callouts: [],
    idempotency: {},
    tokens: {},
    ranThrough: null,
  };
}
