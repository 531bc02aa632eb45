import type { Charging } from '../../domain/billingAccount/charging.ts';
import { instant, instantIn, type Instant } from '../../domain/time/instant.ts';
import type { ZuoraPaymentMethod } from './schema.ts';
import type { GatewayAnswer } from './transactionLog.ts';

const HOUR_MS = 3_600_000;

/** @returns whether the gateway said no when it was last asked about a method */
export function isDeclined({ numConsecutiveFailures, lastTransaction }: ZuoraPaymentMethod): boolean {
  return (numConsecutiveFailures ?? 0) > 0 || /^declin/i.test(lastTransaction ?? '');
}

/** What the clocks of Zuora and of its gateway may differ by, and its times are cut to seconds. */
const APART_MS = 60_000;

function after(at: Instant, ms: number): Instant {
  return instant(new Date(Date.parse(at) + ms));
}

/** @returns whether an answer may be why an attempt failed: an earlier one is not */
function isAbout(failedAt: Instant | null, answer: GatewayAnswer | undefined): boolean {
  return answer?.at == null || failedAt === null || answer.at >= after(failedAt, -APART_MS);
}

/**
 * How charging a payment method goes. Rules for trying again are the method's own, or those of the tenant's payment settings,
 * which no call tells; the API has no date of a payment run either, so that only the earliest moment can be known (Zuora docs,
 * "Retry failed payments").
 * @param answer what the gateway last said about it; undefined where that is not known
 */
export function chargingOf(method: ZuoraPaymentMethod, answer: GatewayAnswer | undefined, timeZone: string): Charging {
  const { maxConsecutivePaymentFailures: most, paymentRetryWindow: hours, useDefaultRetryRule } = method;
  const failuresInARow = method.numConsecutiveFailures ?? 0;
  const told = method.lastFailedSaleTransactionDate;
  const declined = isDeclined(method);
  const saleFailedAt = declined && told !== null ? instantIn(timeZone, told) : null;
  const why = declined && isAbout(saleFailedAt, answer) ? answer : undefined;
  const isStopped =
    method.status === 'Closed' || (!useDefaultRetryRule && most != null && most > 0 && failuresInARow >= most);
  const waits = !useDefaultRetryRule && hours != null && failuresInARow > 0 && !isStopped;
  return {
    failuresInARow,
    failedAt:
      [saleFailedAt, why?.at ?? null]
        .filter((at) => at !== null)
        .toSorted()
        .at(-1) ?? null,
    notBefore: waits && saleFailedAt !== null ? after(saleFailedAt, hours * HOUR_MS) : null,
    isStopped,
    declineCode: why?.code ?? null,
    declineText: why?.text ?? null,
  };
}
