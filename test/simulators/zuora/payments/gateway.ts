import type { Tenant } from '../tenant.ts';
import type { Decline, MethodSnapshot, PaymentMethod, TransactionLog } from './model.ts';

/** The one gateway of the tenant. */
export const gateway = {
  id: '2c92c0f86a0ad8b1016a0be3f0a13e11',
  number: 'PG-00000001',
  name: 'Test Gateway',
  type: 'TestGateway',
};

/** Payments settings of the tenant: when a payment run may ask a method again after declines. */
const defaultRetryRule = { maxConsecutivePaymentFailures: 3, paymentRetryWindow: 24 };

/** Notes one exchange with the gateway. */
export function logTransaction(
  tenant: Tenant,
  kind: TransactionLog['kind'],
  objectId: string,
  method: PaymentMethod,
  gatewayTransactionType: TransactionLog['gatewayTransactionType'],
  decline: Decline | null,
): TransactionLog {
  const log: TransactionLog = {
    id: tenant.newId(),
    kind,
    objectId,
    paymentMethodId: method.id,
    gatewayTransactionType,
    decline,
    transactionId: tenant.number('TXN-'),
    at: tenant.now(),
  };
  tenant.data.transactionLogs.push(log);
  return log;
}

/** Asks the test gateway for money: it declines what the method says; the method counts its failures in a row. */
export function charge(tenant: Tenant, method: PaymentMethod): Decline | null {
  const { decline } = method;
  const at = tenant.now();
  method.lastTransactionDate = at;
  method.lastTransactionStatus = decline ? 'Declined' : 'Approved';
  method.numConsecutiveFailures = decline ? method.numConsecutiveFailures + 1 : 0;
  if (decline) {
    method.totalErrors++;
    method.lastFailedDate = at;
  } else {
    method.totalProcessed++;
  }
  method.updatedDate = at;
  return decline;
}

/** Copies what a method shows of itself, for a payment to keep. */
export function snapshotOf(tenant: Tenant, method: PaymentMethod): MethodSnapshot {
  const { type, holder, cardType, cardNumber, expirationMonth, expirationYear, tokenId, secondTokenId } = method;
  const { bankABACode, bankAccountName, bankAccountNumber, bankAccountType, bankName } = method;
  const snapshot: MethodSnapshot = {
    id: tenant.newId(),
    paymentMethodId: method.id,
    type,
    holder: { ...holder },
    cardType,
    cardNumber,
    expirationMonth,
    expirationYear,
    tokenId,
    secondTokenId,
    bankABACode,
    bankAccountName,
    bankAccountNumber,
    bankAccountType,
    bankName,
    createdDate: tenant.now(),
  };
  tenant.data.methodSnapshots.push(snapshot);
  return snapshot;
}

/** Why a payment run leaves a method alone; undefined when it may ask it. */
export function retryBlock(tenant: Tenant, method: PaymentMethod): Decline | undefined {
  const rule = method.useDefaultRetryRule ? defaultRetryRule : method;
  const { maxConsecutivePaymentFailures: most, paymentRetryWindow: hours } = rule;
  if (most !== null && method.numConsecutiveFailures >= most)
    return {
      code: 'MaxConsecutiveFailures',
      message: 'The payment method has reached its consecutive failures limit.',
    };
  if (hours !== null && method.lastFailedDate !== null && method.numConsecutiveFailures > 0) {
    const opensAt = method.lastFailedDate + hours * 3_600_000;
    if (tenant.now() < opensAt)
      return { code: 'RetryWindow', message: 'The payment method is within its payment retry window.' };
  }
  return undefined;
}
