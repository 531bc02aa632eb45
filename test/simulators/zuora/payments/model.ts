import type { Application } from '../billing/model.ts';

export type Decline = { code: string; message: string };

export type AccountHolder = {
  accountHolderName: string | null;
  addressLine1: string | null;
  addressLine2: string | null;
  city: string | null;
  country: string | null;
  email: string | null;
  phone: string | null;
  state: string | null;
  zipCode: string | null;
};

/** What a payment method shows of itself; a payment keeps a copy of it as its snapshot. */
export type MethodDetails = {
  type: 'CreditCard' | 'CreditCardReferenceTransaction' | 'ACH' | 'Check' | 'WireTransfer' | 'Cash' | 'Other';
  holder: AccountHolder;
  cardType: string | null;
  /** Masked, as every answer shows it. */
  cardNumber: string | null;
  expirationMonth: number | null;
  expirationYear: number | null;
  tokenId: string | null;
  secondTokenId: string | null;
  bankABACode: string | null;
  bankAccountName: string | null;
  /** Masked. */
  bankAccountNumber: string | null;
  bankAccountType: string | null;
  bankName: string | null;
};

export type PaymentMethod = MethodDetails & {
  id: string;
  /** null: not yet given to an account. */
  accountId: string | null;
  /** What the test gateway answers to charges of this method; null approves. */
  decline: Decline | null;
  status: 'Active' | 'Closed' | 'Scrubbed';
  useDefaultRetryRule: boolean;
  maxConsecutivePaymentFailures: number | null;
  /** Hours that a payment run waits after a failure. */
  paymentRetryWindow: number | null;
  numConsecutiveFailures: number;
  totalProcessed: number;
  totalErrors: number;
  lastTransactionStatus: string | null;
  lastTransactionDate: number | null;
  lastFailedDate: number | null;
  createdDate: number;
  updatedDate: number;
};

export type MethodSnapshot = MethodDetails & { id: string; paymentMethodId: string; createdDate: number };

/** One exchange with the gateway. */
export type TransactionLog = {
  id: string;
  kind: 'Payment' | 'Refund' | 'PaymentMethod';
  /** Id of the payment, the refund or the payment method. */
  objectId: string;
  paymentMethodId: string;
  gatewayTransactionType: 'Sale' | 'Credit' | 'Validate';
  decline: Decline | null;
  transactionId: string;
  at: number;
};

export type Payment = {
  id: string;
  number: string;
  accountId: string;
  type: 'External' | 'Electronic';
  status: 'Processed' | 'Error' | 'Canceled';
  amount: number;
  currency: string;
  appliedAmount: number;
  refundAmount: number;
  applications: Application[];
  effectiveDate: string;
  paymentMethodId: string | null;
  paymentMethodSnapshotId: string | null;
  paymentMethodType: string | null;
  comment: string | null;
  referenceId: string | null;
  gatewayId: string | null;
  gatewayResponse: string | null;
  gatewayResponseCode: string | null;
  gatewayState: 'MarkedForSubmission' | 'Submitted' | 'Settled' | 'NotSubmitted' | 'FailedToSettle';
  gatewayReconciliationStatus: string | null;
  gatewayReconciliationReason: string | null;
  /** What the gateway told when it settled; absent before. */
  payoutId?: string | null;
  settledOn?: string;
  transactionLogId: string | null;
  cancelledOn: number | null;
  standalone: boolean;
  paymentRunId: string | null;
  createdDate: number;
  updatedDate: number;
};

export type Refund = {
  id: string;
  number: string;
  accountId: string;
  type: 'External' | 'Electronic';
  status: 'Processed' | 'Canceled' | 'Error';
  amount: number;
  currency: string;
  paymentId: string | null;
  creditMemoId: string | null;
  methodType: string | null;
  paymentMethodId: string | null;
  refundDate: string;
  comment: string | null;
  reasonCode: string | null;
  referenceId: string | null;
  secondRefundReferenceId: string | null;
  gatewayResponse: string | null;
  gatewayResponseCode: string | null;
  gatewayReconciliationStatus: string | null;
  gatewayReconciliationReason: string | null;
  payoutId: string | null;
  settledOn: string | null;
  cancelledOn: number | null;
  createdDate: number;
  updatedDate: number;
};

export type RunTransaction = {
  id: string;
  type: 'Payment' | 'CreditMemo' | 'UnappliedPayment';
  amount: number;
  appliedAmount: number;
  status: 'Processed' | 'Error';
  errorCode: string | null;
  errorMessage: string | null;
};

/** What a payment run did with one document, or with one record of its `data`. */
export type RunRecord = {
  accountId: string;
  documentType: 'Invoice' | 'DebitMemo';
  documentId: string;
  amountToCollect: number;
  amountCollected: number;
  currency: string;
  comment: string | null;
  result: 'Processed' | 'Error';
  errorCode: string | null;
  errorMessage: string | null;
  transactions: RunTransaction[];
};

export type PaymentRun = {
  id: string;
  number: string;
  status: 'Pending' | 'Processing' | 'Completed' | 'Error' | 'Canceled';
  accountId: string | null;
  batch: string | null;
  billCycleDay: string | null;
  billingRunId: string | null;
  currency: string | null;
  paymentGatewayId: string | null;
  targetDate: string | null;
  /** Instant from which the run may be executed. */
  runDate: number;
  collectPayment: boolean;
  consolidatedPayment: boolean;
  autoApplyCreditMemo: boolean;
  autoApplyUnappliedPayment: boolean;
  processPaymentWithClosedPM: boolean;
  /** Documents that the caller named; null: chosen by the filters above. */
  data:
    | {
        accountId: string;
        documentType: 'Invoice' | 'DebitMemo';
        documentId: string;
        amount: number | null;
        comment: string | null;
        paymentMethodId: string | null;
      }[]
    | null;
  records: RunRecord[];
  executedOn: number | null;
  completedOn: number | null;
  createdDate: number;
  updatedDate: number;
};

export type PaymentData = {
  paymentMethods: PaymentMethod[];
  methodSnapshots: MethodSnapshot[];
  transactionLogs: TransactionLog[];
  payments: Payment[];
  refunds: Refund[];
  paymentRuns: PaymentRun[];
};

export const emptyPayments = (): PaymentData => ({
  paymentMethods: [],
  methodSnapshots: [],
  transactionLogs: [],
  payments: [],
  refunds: [],
  paymentRuns: [],
});
