import type { ChargeType, CustomFields } from '../model.ts';

export type TaxItem = {
  id: string;
  name: string;
  taxAmount: number;
  taxCode: string | null;
  taxCodeDescription: string | null;
  taxDate: string | null;
  taxMode: 'TaxExclusive' | 'TaxInclusive';
  taxRate: number;
  taxRateDescription: string | null;
  taxRateType: 'Percentage' | 'FlatFee';
  exemptAmount: number;
  jurisdiction: string | null;
  locationCode: string | null;
};

/** An item of an invoice or a memo; what a standalone document lacks is null. */
export type InvoiceItem = {
  id: string;
  subscriptionId: string | null;
  subscriptionNumber: string | null;
  chargeId: string | null;
  chargeNumber: string | null;
  chargeName: string;
  chargeType: ChargeType | null;
  processingType: 'Charge' | 'Discount';
  appliedToItemId: string | null;
  productName: string | null;
  productRatePlanChargeId: string | null;
  sku: string | null;
  description: string | null;
  chargeAmount: number;
  taxItems: TaxItem[];
  unitPrice: number | null;
  quantity: number;
  uom: string | null;
  /** Inclusive, unlike the end of a charge segment. */
  serviceStartDate: string;
  serviceEndDate: string | null;
  /** Of a memo item: the invoice item or the product charge that it comes from. */
  sourceItemId: string | null;
};

export type DocumentStatus = 'Draft' | 'Posted' | 'Canceled';

/** What invoices and memos have in common; `amount` is with tax. */
type Document = {
  id: string;
  accountId: string;
  currency: string;
  amount: number;
  taxAmount: number;
  status: DocumentStatus;
  targetDate: string | null;
  comment: string | null;
  billRunId: string | null;
  items: InvoiceItem[];
  /** Orders with `reasonCode` and memos of reversals name their cause. */
  reasonCode: string | null;
  transferredToAccounting: string;
  createdDate: number;
  updatedDate: number;
};

export type Invoice = Document & {
  invoiceNumber: string;
  balance: number;
  paymentAmount: number;
  creditMemoAmount: number;
  invoiceDate: string;
  dueDate: string;
  postedDate: string | null;
  source: 'BillRun' | 'API';
  sourceType: 'Subscription' | 'Standalone' | 'Order';
  autoPay: boolean;
  reversed: boolean;
  lastEmailSentDate: number | null;
  /** None until one is set. */
  customFields?: CustomFields;
  /** Files that were made for the document; the newest first. */
  files: { id: string; versionNumber: number }[];
};

/** A part of a memo or payment that counts against a document. */
export type Application = {
  id: string;
  documentType: 'Invoice' | 'DebitMemo';
  documentId: string;
  amount: number;
  createdDate: number;
  updatedDate: number;
};

export type CreditMemo = Document & {
  number: string;
  creditMemoDate: string;
  postedOn: number | null;
  cancelledOn: number | null;
  appliedAmount: number;
  refundAmount: number;
  applications: Application[];
  autoApplyUponPosting: boolean;
  excludeFromAutoApplyRules: boolean;
  referredInvoiceId: string | null;
  source: string;
  sourceId: string | null;
  sourceType: 'Subscription' | 'Standalone' | 'Invoice';
  reversed: boolean;
};

export type DebitMemo = Document & {
  number: string;
  debitMemoDate: string;
  dueDate: string;
  postedOn: number | null;
  cancelledOn: number | null;
  balance: number;
  autoPay: boolean;
  referredInvoiceId: string | null;
  referredCreditMemoId: string | null;
  sourceType: 'Standalone' | 'Invoice' | 'CreditMemo';
};

export type BillRun = {
  id: string;
  billRunNumber: string;
  name: string | null;
  status: 'Pending' | 'Completed' | 'Error' | 'Canceled' | 'Posted';
  invoiceDate: string;
  targetDate: string;
  autoEmail: boolean;
  autoPost: boolean;
  autoRenewal: boolean;
  noEmailForZeroAmountInvoice: boolean;
  batches: string[] | null;
  billCycleDay: string | null;
  billRunFilters: { filterType: 'Account' | 'Subscription'; accountId: string; subscriptionId?: string | undefined }[];
  chargeTypeToExclude: string[];
  createdDate: number;
  updatedDate: number;
};

export type BillingData = {
  invoices: Invoice[];
  creditMemos: CreditMemo[];
  debitMemos: DebitMemo[];
  billRuns: BillRun[];
};

export const emptyBilling = (): BillingData => ({ invoices: [], creditMemos: [], debitMemos: [], billRuns: [] });
