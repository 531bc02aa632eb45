import { z } from 'zod';
import { Fault, type FaultKind } from '../../domain/fault.ts';
import { connectionTrouble, wasNeverSent } from '../../platform/connectionTrouble.ts';

type Reason = { code: string; message: string };

const reason = z.object({ code: z.union([z.number(), z.string()]).transform(String), message: z.string().default('') });
const standard = z.object({ reasons: z.array(reason).min(1) }).transform(({ reasons }) => reasons);
const crud = z
  .object({ Errors: z.array(z.object({ Code: z.string(), Message: z.string() })).min(1) })
  .transform(({ Errors }) => Errors.map(({ Code, Message }) => ({ code: Code, message: Message })));
const zoql = z
  .object({ FaultCode: z.string(), FaultMessage: z.string() })
  .transform(({ FaultCode, FaultMessage }) => [{ code: FaultCode, message: FaultMessage }]);
const gateway = z
  .object({ code: z.union([z.number(), z.string()]).transform(String).optional(), message: z.string() })
  .transform(({ code, message }) => [{ code: code ?? '', message }]);
const shapes = z.union([standard, crud, zoql, gateway]);

/** @returns the reasons in any of the four shapes in which Zuora refuses; empty when it is none of them */
function reasonsOf(body: unknown): Reason[] {
  const parsed = shapes.safeParse(body);
  return parsed.success ? parsed.data : [];
}

/** @returns whether an answer of status 200 is a refusal all the same (tenants and versions before 2024-05-20) */
export function isRefusal(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  return (
    ('success' in body && body.success === false) ||
    ('Success' in body && body.Success === false) ||
    'FaultCode' in body
  );
}

/** @returns whether it refuses because of a limit, whatever its status */
export function isRefusalForLimit(body: unknown): boolean {
  return isRefusal(body) && reasonsOf(body)[0]?.code.endsWith('70') === true;
}

/** Last two digits of an error code say what kind it is (Zuora docs, "Error codes"). */
const BY_CATEGORY: Readonly<Record<string, { kind: FaultKind; retryable: boolean }>> = {
  '10': { kind: 'forbidden', retryable: false },
  '11': { kind: 'forbidden', retryable: false },
  '30': { kind: 'invalid', retryable: false },
  '40': { kind: 'not_found', retryable: false },
  '50': { kind: 'conflict', retryable: true },
  '60': { kind: 'unavailable', retryable: true },
  '61': { kind: 'unavailable', retryable: true },
  '70': { kind: 'rate_limited', retryable: true },
  '99': { kind: 'unavailable', retryable: true },
};

function byStatus(status: number): { kind: FaultKind; retryable: boolean } {
  if (status === 401 || status === 403) return { kind: 'forbidden', retryable: false };
  if (status === 404) return { kind: 'not_found', retryable: false };
  if (status === 409) return { kind: 'conflict', retryable: true };
  if (status === 429) return { kind: 'rate_limited', retryable: true };
  if (status >= 500) return { kind: 'unavailable', retryable: true };
  return { kind: 'invalid', retryable: false };
}

const TEXT: Readonly<Record<FaultKind, string>> = {
  forbidden: 'Zuora refuses our access. Check the OAuth client and what its user may read.',
  not_found: 'Zuora does not know what was asked for.',
  conflict: 'Zuora is busy with the same object; it is tried again.',
  rate_limited: 'Zuora asks for fewer calls; it is tried again.',
  unavailable: 'Zuora could not be reached; it is tried again.',
  invalid: 'Zuora refused a call.',
  bug: 'Something went wrong with an answer of Zuora.',
};

export type ZuoraRefusal = {
  status: number;
  body: unknown;
  /** Zuora-Request-Id of the answer, for their support. */
  requestId: string | undefined;
  /** As it asked; null when it did not. */
  retryAfterMs: number | null;
  doing: string;
  /** What was asked for has an effect once it is carried out. */
  hasEffect?: boolean;
};

/** @returns the last two digits of an error code; undefined where an answer has none */
function categoryOf([first]: readonly Reason[]): string | undefined {
  return first !== undefined && /^\d{8}$/.test(first.code) ? first.code.slice(-2) : undefined;
}

/** What went wrong in Zuora or in a system that it asked, and need not have been before it was done. */
const INCONCLUSIVE: ReadonlySet<string> = new Set(['60', '61', '99']);

/**
 * @returns whether a refusal leaves open what became of the call; one without a code comes from what stands before Zuora, or
 * says that the same call is under way (409)
 */
function isInconclusive(category: string | undefined, status: number): boolean {
  return category === undefined ? status >= 500 || status === 409 : INCONCLUSIVE.has(category);
}

/** Turns a refusal in any of Zuora's shapes into our one error. */
export function toZuoraFault({ status, body, requestId, retryAfterMs, doing, hasEffect }: ZuoraRefusal): Fault {
  const reasons = reasonsOf(body);
  const category = categoryOf(reasons);
  const { kind, retryable } = BY_CATEGORY[category ?? ''] ?? byStatus(status);
  return new Fault({
    code: `zuora_${kind}`,
    kind,
    publicText: TEXT[kind],
    retryable,
    outcomeUnknown: hasEffect === true && isInconclusive(category, status),
    ...(retryAfterMs !== null && retryAfterMs > 0 ? { retryAfterMs } : {}),
    context: { doing, status, requestId, reasons: reasons.slice(0, 3) },
  });
}

/** Refusals of what is asked for: values, fields, rules, and what it names and is not there (Zuora docs, "Error codes"). */
const OF_WHAT_IS_ASKED: ReadonlySet<string> = new Set(['20', '21', '22', '23', '30', '40']);
/** Longest text of Zuora's that people are shown. */
const MOST_CHARACTERS = 500;

/**
 * As `toZuoraFault`; what people can do something about says why in Zuora's own words. What Zuora itself answered leaves
 * nothing open, since what has a number of ours can be looked up by it.
 */
function toFaultOf(refusal: ZuoraRefusal, code: string, inWords: (said: string) => string): Fault {
  const reasons = reasonsOf(refusal.body);
  const category = categoryOf(reasons);
  if (category === undefined) return toZuoraFault(refusal);
  if (!OF_WHAT_IS_ASKED.has(category)) return toZuoraFault({ ...refusal, hasEffect: false });
  const words = reasons.map(({ message }) => message.replace(/\s+/g, ' ').trim()).filter((message) => message !== '');
  const said = words.join(' ').replace(/\.$/, '').slice(0, MOST_CHARACTERS);
  const { doing, status, requestId } = refusal;
  return new Fault({
    code,
    kind: 'invalid',
    publicText: inWords(said === '' ? 'without a reason' : said),
    context: { doing, status, requestId, reasons: reasons.slice(0, 3) },
  });
}

/** @param dealField as in `toZuoraOrder` */
export function toOrderFault(refusal: ZuoraRefusal, dealField: string): Fault {
  return toFaultOf(refusal, 'order_refused', (said) =>
    said.includes(dealField)
      ? `Zuora does not take ${dealField}, which names the opportunity: "${said}". Define it there as a text field of orders and of subscriptions.`
      : `Zuora refuses the order: "${said}".`,
  );
}

/** @param accountIdField custom field of accounts that names the Account of Salesforce */
export function toProvisioningFault(refusal: ZuoraRefusal, accountIdField: string): Fault {
  return toFaultOf(refusal, 'provisioning_refused', (said) =>
    said.includes(accountIdField)
      ? `Zuora does not take ${accountIdField}, which names the account: "${said}". Define it there as a text field of accounts.`
      : `Zuora refuses the account: "${said}".`,
  );
}

/** @returns the fault for a bill-to that is not taken */
export function toBillToFault(refusal: ZuoraRefusal): Fault {
  return toFaultOf(
    refusal,
    'bill_to_refused',
    (said) => `Zuora does not take the bill-to: "${said}". Correct it in Salesforce.`,
  );
}

/**
 * @param hasEffect what was asked for has one once it is carried out
 * @returns the fault for an answer that never came or could not be read
 */
export function toZuoraOutage(cause: unknown, doing: string, hasEffect = false): Fault {
  if (cause instanceof Fault) return cause;
  const trouble = connectionTrouble(cause);
  return new Fault({
    code: 'zuora_unavailable',
    kind: 'unavailable',
    publicText: `Zuora could not be reached${trouble === null ? '' : `: ${trouble}`}; it is tried again.`,
    outcomeUnknown: hasEffect && !wasNeverSent(cause),
    context: { doing },
    cause,
  });
}
