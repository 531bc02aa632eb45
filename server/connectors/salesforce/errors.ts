import { Fault } from '../../domain/fault.ts';
import type { OrgWriteResult } from '../../workflows/ports/orgRows.ts';

export type RowError = { statusCode: string; message: string; fields?: string[] };

const rowVersionFields = ['Row_Version__c', 'Billing_Row_Version__c'];
/** Row errors that pass by themselves: another transaction held the row, or the org was busy. */
const passing = new Set([
  'UNABLE_TO_LOCK_ROW',
  'SERVER_UNAVAILABLE',
  'REQUEST_RUNNING_TOO_LONG',
  'REQUEST_LIMIT_EXCEEDED',
]);
/** Time to wait after the org's daily limit is used up, in ms; the limit is a rolling one. */
const dailyLimitHoldMs = 300_000;

/**
 * What a refused row of a Collections call means for the outbox.
 * Source: Salesforce REST API Developer Guide, "Status Codes and Error Responses" and "Upsert Records Using sObject Collections".
 */
export function toRowResult(errors: readonly RowError[]): OrgWriteResult {
  const first = errors[0];
  if (!first)
    return {
      outcome: 'refused',
      retry: 'soon',
      code: 'UNKNOWN',
      message: 'Salesforce refused the row and gave no reason.',
    };
  const stale = errors.some(
    (error) =>
      error.statusCode === 'FIELD_CUSTOM_VALIDATION_EXCEPTION' &&
      error.fields?.some((field) => rowVersionFields.includes(field)) === true,
  );
  if (stale && errors.length === 1) return { outcome: 'newer_is_there' };
  const parentMissing = first.statusCode === 'INVALID_FIELD' && first.message.includes('Foreign key external ID');
  return {
    outcome: 'refused',
    retry: passing.has(first.statusCode) ? 'soon' : parentMissing ? 'after_parent' : 'never',
    code: first.statusCode,
    message: errors
      .map((error) => error.message)
      .join(' · ')
      .slice(0, 500),
  };
}

/** What the token endpoint's refusal means. */
export function loginFault(status: number, answer: Record<string, unknown>): Fault {
  const code = String(answer['error'] ?? `HTTP ${status}`);
  if (status >= 500) return toFault(Object.assign(new Error(code), { code: 'SERVER_UNAVAILABLE' }), 'log in');
  return refusedLogin(`${code}: ${String(answer['error_description'] ?? '')}`, { doing: 'log in', status }, undefined);
}

function refusedLogin(reason: string, context: Record<string, unknown>, cause: unknown): Fault {
  return new Fault({
    code: 'salesforce_refused_login',
    kind: 'forbidden',
    publicText: `Salesforce does not let the integration user in (${reason}): check the External Client App, its certificate and that the user is active and pre-authorized.`,
    retryable: true,
    retryAfterMs: 30_000,
    context,
    cause,
  });
}

/** A whole call that failed. Only an answer that says so proves that nothing was written. */
export function toFault(error: unknown, doing: string): Fault {
  if (error instanceof Fault) return error;
  const code = errorCodeOf(error);
  const context = { doing, code };
  if (code === 'REQUEST_LIMIT_EXCEEDED')
    return new Fault({
      code: 'salesforce_limit_exceeded',
      kind: 'rate_limited',
      publicText: 'The org has used up its API calls for now; writing goes on when Salesforce allows it.',
      retryAfterMs: dailyLimitHoldMs,
      context,
      cause: error,
    });
  if (code === 'INVALID_SESSION_ID' || code === 'API_DISABLED_FOR_ORG') return refusedLogin(code, context, error);
  if (
    code !== undefined &&
    !/^ERROR_HTTP_5|^E[A-Z]+$|^UND_ERR/.test(code) &&
    code !== 'SERVER_UNAVAILABLE' &&
    code !== 'UNKNOWN_EXCEPTION'
  )
    return new Fault({
      code: 'salesforce_refused_call',
      kind: 'invalid',
      publicText: `Salesforce refused the call: ${error instanceof Error ? error.message : code}`,
      retryable: true,
      retryAfterMs: 30_000,
      context,
      cause: error,
    });
  return new Fault({
    code: 'salesforce_unavailable',
    kind: 'unavailable',
    publicText: 'Salesforce did not answer; the same rows are sent again.',
    outcomeUnknown: true,
    context,
    cause: error,
  });
}

function errorCodeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('errorCode' in error && typeof error.errorCode === 'string') return error.errorCode;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if ('cause' in error) return errorCodeOf(error.cause);
  return undefined;
}
