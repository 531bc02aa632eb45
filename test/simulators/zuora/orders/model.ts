import type { CustomFields } from '../model.ts';
import type { OrderRequest } from './schema/order.ts';

export type OrderStatus =
  'Draft' | 'Pending' | 'Completed' | 'Cancelled' | 'Scheduled' | 'Executing' | 'Failed' | 'Reverted';

type OrderActionRecord = { id: string; type: string; sequence: number; [field: string]: unknown };

export type OrderRecord = {
  id: string;
  orderNumber: string;
  orderDate: string;
  accountId: string;
  category: string;
  description: string | null;
  reasonCode: string | null;
  externallyManagedBy: string | null;
  status: OrderStatus;
  cancelReason: string | null;
  customFields: CustomFields;
  schedulingOptions: { scheduledDate: string; scheduledDatePolicy: string } | null;
  /** The order as it was sent, while it has not been carried out. */
  request: OrderRequest | null;
  subscriptions: {
    subscriptionNumber: string;
    baseVersion: number | null;
    newVersion: number | null;
    customFields: CustomFields;
    quote: Record<string, string | null>;
    ramp: unknown;
    orderActions: OrderActionRecord[];
  }[];
  orderLineItems: OrderLineItem[];
  createdDate: number;
  updatedDate: number;
};

type OrderLineItemState = 'Executing' | 'Booked' | 'SentToBilling' | 'Complete' | 'Cancelled';

/** A line of an order that is no subscription; `fields` are those that nothing here reads. */
export type OrderLineItem = {
  id: string;
  itemNumber: string;
  itemName: string;
  itemType: 'Product' | 'Fee' | 'Services';
  itemCategory: 'Sales' | 'Return';
  itemState: OrderLineItemState;
  quantity: number;
  amountPerUnit: number;
  listPricePerUnit: number | null;
  inlineDiscountType: 'Percentage' | 'FixedAmount' | 'None' | null;
  inlineDiscountPerUnit: number | null;
  transactionStartDate: string;
  transactionEndDate: string;
  billTargetDate: string | null;
  productRatePlanChargeId: string | null;
  ownerAccountNumber: string;
  customFields: CustomFields;
  fields: Record<string, unknown>;
  originalOrderDate: string;
  amendedByOrderOn: string | null;
};

/** Work of POST /v1/async/orders and /v1/async/orders/preview. */
export type AsyncJob = {
  id: string;
  kind: 'AsyncCreateOrder' | 'AsyncPreviewOrder';
  status: 'Processing' | 'Failed' | 'Completed';
  /** Real time from which on it is done. */
  doneAt: number;
  returnIds: boolean;
  request: unknown;
  result: Record<string, unknown> | null;
  errors: string | null;
};

export type OrderData = { orders: OrderRecord[]; asyncJobs: AsyncJob[] };

export const emptyOrders = (): OrderData => ({ orders: [], asyncJobs: [] });
