/** What a simulated tenant holds. Dates are `YYYY-MM-DD` in the tenant's zone, end dates exclusive; instants are epoch ms. */

import type { DeletedRows } from './queries/deleted.ts';
import { emptyAccounts, type AccountData } from './accounts/model.ts';
import { emptyBilling, type BillingData } from './billing/model.ts';
import { emptyCallouts, type CalloutData } from './callouts/model.ts';
import { emptyCatalog, type CatalogData } from './catalog/model.ts';
import { emptyOrders, type OrderData } from './orders/model.ts';
import { emptyPayments, type PaymentData } from './payments/model.ts';
import type { SubscriptionVersion } from './subscriptions/model.ts';
import { emptyUsage, type UsageData } from './usage/model.ts';

export { contactFields, type Account, type Contact } from './accounts/model.ts';
export type { CreditMemo, DebitMemo, Invoice, InvoiceItem } from './billing/model.ts';
export type {
  BillingTiming,
  ChargeModel,
  ChargeTerms,
  ChargeType,
  Product,
  ProductCharge,
  ProductPrice,
  ProductRatePlan,
  Tier,
  TriggerEvent,
} from './catalog/model.ts';
export type { OrderLineItem, OrderRecord } from './orders/model.ts';
export type { Payment, PaymentMethod } from './payments/model.ts';
export type { PeriodType, RatePlan, Segment, SubscriptionVersion } from './subscriptions/model.ts';
export type { Usage } from './usage/model.ts';

export type CustomFields = Record<string, string | number | boolean | null>;

export type StoredAnswer = {
  method: string;
  url: string;
  status: number;
  headers: Record<string, string>;
  body: string;
  at: number;
};

export type TenantData = AccountData &
  BillingData &
  PaymentData &
  UsageData &
  CalloutData &
  CatalogData &
  OrderData & {
    /** Layout of this data; raised when a field or table changes. */
    format: number;
    counters: Record<string, number>;
    /** Every version of every subscription, oldest first. */
    subscriptions: SubscriptionVersion[];
    idempotency: Record<string, StoredAnswer>;
    /** Access token → real time at which it ends. */
    tokens: Record<string, number>;
    /** Last day for which the daily job ran. */
    ranThrough: string | null;
    deleted: DeletedRows;
  };

export const dataFormat = 5;

export function emptyTenant(): TenantData {
  return {
    ...emptyAccounts(),
    ...emptyBilling(),
    ...emptyPayments(),
    ...emptyUsage(),
    ...emptyCallouts(),
    ...emptyCatalog(),
    ...emptyOrders(),
    format: dataFormat,
    counters: {},
    subscriptions: [],
    idempotency: {},
    tokens: {},
    ranThrough: null,
    deleted: {},
  };
}
