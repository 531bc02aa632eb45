import { z } from 'zod';
import { Fault, type FaultKind } from '../../domain/fault.ts';
import { connectionTrouble } from '../../platform/connectionTrouble.ts';

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
};

/** Turns a refusal in any of Zuora's shapes into our one error. */
export function toZuoraFault({ status, body, requestId, retryAfterMs, doing }: ZuoraRefusal): Fault {
  const reasons = reasonsOf(body);
  const code = reasons[0]?.code ?? '';
  const { kind, retryable } = (/^\d{8}$/.test(code) ? BY_CATEGORY[code.slice(-2)] : undefined) ?? byStatus(status);
  return new Fault({
    code: `zuora_${kind}`,
    kind,
    publicText: TEXT[kind],
    retryable,
    ...(retryAfterMs !== null && retryAfterMs > 0 ? { retryAfterMs } : {}),
    context: { doing, status, requestId, reasons: reasons.slice(0, 3) },
  });
}

/** @returns the fault for an answer that never came or could not be read */
export function toZuoraOutage(cause: unknown, doing: string): Fault {
  if (cause instanceof Fault) return cause;
  const trouble = connectionTrouble(cause);
  return new Fault({
    code: 'zuora_unavailable',
    kind: 'unavailable',
    publicText: `Zuora could not be reached${trouble === null ? '' : `: ${trouble}`}; it is tried again.`,
    context: { doing },
    cause,
  });
}
