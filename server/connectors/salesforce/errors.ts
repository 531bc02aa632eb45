import { Fault } from '../../domain/fault.ts';
import type { OrgChunk, OrgChunkResult, OrgWriteResult } from '../../workflows/ports/orgRows.ts';

/** `duplicateResult` comes with DUPLICATES_DETECTED and names the records that the row is like. */
export type RowError = {
  statusCode: string;
  message: string;
  fields?: string[];
  duplicateResult?: { matchResults?: { matchRecords?: { record?: { Id?: string } }[] }[] };
};
export type Refused = OrgWriteResult & { outcome: 'refused' };

const rowVersionFields = ['Row_Version__c', 'Billing_Row_Version__c'];
/** Row errors that pass by themselves: another transaction held the row, or the org was busy. */
const passing = new Set([
  'UNABLE_TO_LOCK_ROW',
  'SERVER_UNAVAILABLE',
  'REQUEST_RUNNING_TOO_LONG',
  'REQUEST_LIMIT_EXCEEDED',
]);
/** Refusals of a whole call that no row is to blame for. */
const ofTheOrg = new Set([
  'API_CURRENTLY_DISABLED',
  'FORBIDDEN',
  'FUNCTIONALITY_NOT_ENABLED',
  'INSUFFICIENT_ACCESS',
  'METHOD_NOT_ALLOWED',
  'UNSUPPORTED_API_VERSION',
  'URL_NOT_RESET',
]);
/** Row errors of what belongs to a record that is not there: an Account that was deleted or merged. */
export const refusalsOfMissing = ['ENTITY_IS_DELETED', 'INVALID_CROSS_REFERENCE_KEY'];
/** Time to wait after the org's daily limit is used up, in ms; the limit is a rolling one. */
const dailyLimitHoldMs = 300_000;
/** What a person can do about it, where Salesforce's own message does not say. */
const advice: Readonly<Record<string, string>> = {
  DUPLICATES_DETECTED: 'Merge the records, or let the duplicate rule allow the integration user.',
  DUPLICATE_EXTERNAL_ID: 'Delete all but one of these records.',
  DUPLICATE_VALUE: 'Delete or correct the other record.',
  ENTITY_IS_DELETED: 'Restore the record, or link the billing account to another Account.',
  INVALID_FIELD: 'Deploy the package again, so that the field is there.',
  INVALID_FIELD_FOR_INSERT_UPDATE: 'Give the integration user the permission set Integration_Write.',
  INVALID_TYPE: 'Deploy the package again, so that the object is there.',
  INSUFFICIENT_ACCESS_OR_READONLY: 'Give the integration user the permission set Integration_Write.',
  NUMBER_OUTSIDE_VALID_RANGE: 'Enlarge the field, or take it out of MAPPING_FILE where it is named there.',
  NOT_FOUND: 'Deploy the package again and give the integration user the permission set Integration_Write.',
};
const MESSAGE_LENGTH = 500;

/** @returns what a person can do about a refusal, which its message says at its end; undefined where Salesforce says it all */
export function adviceOf(code: string): string | undefined {
  return advice[code];
}

function refused(retry: Refused['retry'], code: string, text: string): Refused {
  const hint = retry === 'never' || retry === 'mapping' ? advice[code] : undefined;
  const message = hint === undefined ? text : `${text.slice(0, MESSAGE_LENGTH - hint.length - 1)} ${hint}`;
  return { outcome: 'refused', retry, code, message: message.slice(0, MESSAGE_LENGTH) };
}

/** A field, an object or the permission for it is gone: this meets every row of the object alike. */
function isOfMapping(code: string, message: string): boolean {
  if (code === 'INVALID_FIELD') return /^\s*No such column/i.test(message);
  if (code === 'INVALID_FIELD_FOR_INSERT_UPDATE') return /^\s*Unable to create\/update fields/i.test(message);
  return code === 'INVALID_TYPE' || code === 'NOT_FOUND';
}

function retryOf({ statusCode, message, fields = [] }: RowError): Refused['retry'] {
  if (passing.has(statusCode)) return 'soon';
  if (statusCode === 'INVALID_FIELD' && message.includes('Foreign key external ID')) return 'after_parent';
  // The price in the standard price book may go in the same call; the next try finds it.
  if (statusCode === 'STANDARD_PRICE_NOT_DEFINED') return 'after_parent';
  // Two calls made the same new row at once, as after a timeout: the next try finds it.
  if (statusCode === 'DUPLICATE_VALUE' && (message.includes('Key__c') || fields.includes('Key__c'))) return 'soon';
  return isOfMapping(statusCode, message) && statusCode !== 'NOT_FOUND' ? 'mapping' : 'never';
}

/** @returns ids of the records that a duplicate rule finds a row like */
export function duplicatesOf({ duplicateResult }: RowError): string[] {
  return (duplicateResult?.matchResults ?? []).flatMap(({ matchRecords = [] }) =>
    matchRecords.flatMap(({ record }) => record?.Id ?? []),
  );
}

function candidatesOf(error: RowError): string {
  const ids = duplicatesOf(error);
  return ids.length === 0 ? '' : ` Records: ${ids.slice(0, 10).join(', ')}.`;
}

/**
 * What a refused row of a Collections call means for the outbox.
 * Source: Salesforce REST API Developer Guide, "Status Codes and Error Responses" and "Upsert Records Using sObject Collections".
 */
export function toRowResult(errors: readonly RowError[]): OrgWriteResult {
  const [first] = errors;
  if (!first) return refused('soon', 'UNKNOWN', 'Salesforce refused the row and gave no reason.');
  const stale = errors.some(
    (error) =>
      error.statusCode === 'FIELD_CUSTOM_VALIDATION_EXCEPTION' &&
      error.fields?.some((field) => rowVersionFields.includes(field)) === true,
  );
  if (stale && errors.length === 1) return { outcome: 'newer_is_there' };
  const text = errors.map((error) => `${error.message}${candidatesOf(error)}`).join(' · ');
  return refused(retryOf(first), first.statusCode, text);
}

/**
 * Results of all rows of a chunk. When none of several may be written for want of access, it is the object's permission
 * that is gone, not that for one record.
 * @param rows null for a row that was written, else its errors
 */
export function toRowResults(rows: readonly (readonly RowError[] | null)[]): OrgWriteResult[] {
  const results = rows.map((errors): OrgWriteResult =>
    errors === null ? { outcome: 'written' } : toRowResult(errors),
  );
  const noAccess = (result: OrgWriteResult): result is Refused =>
    result.outcome === 'refused' && result.code === 'INSUFFICIENT_ACCESS_OR_READONLY';
  if (results.length < 2 || !results.every(noAccess)) return results;
  return results.map((result) => ({ ...result, retry: 'mapping' }));
}

/** What it means for the rows of a chunk that it was refused, or not answered, as a whole. */
export function toChunkResult(error: unknown, { object, writes }: OrgChunk): OrgChunkResult {
  const code = errorCodeOf(error);
  const message = messageOf(error, code);
  if (code !== undefined && isOfMapping(code, message))
    return writes.map(() => refused('mapping', code, `${object}: ${message}.`.replace(/\.\.$/, '.')));
  return toFault(error, `write ${object}`);
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

/** A whole call that failed. Only an answer of Salesforce's own that says so proves that nothing was written. */
export function toFault(error: unknown, doing: string): Fault {
  if (error instanceof Fault) return error;
  const code = errorCodeOf(error);
  const context = { doing, code };
  if (code === 'REQUEST_LIMIT_EXCEEDED')
    return new Fault({
      code: 'salesforce_limit_exceeded',
      kind: 'rate_limited',
      publicText: 'The org has used up its API calls for now; writing goes on when Salesforce allows it.',
      // Too many long calls at once pass with the next one that ends; the daily allowance comes back slowly.
      ...(/^Concurrent/.test(messageOf(error, code)) ? {} : { retryAfterMs: dailyLimitHoldMs }),
      context,
      cause: error,
    });
  if (code === 'API_DISABLED_FOR_ORG') return refusedLogin(code, context, error);
  if (code === 'INVALID_SESSION_ID')
    return new Fault({
      code: 'salesforce_session_ended',
      kind: 'unavailable',
      publicText:
        'Salesforce ended the session right after the login. Nothing was written; it is tried again with another.',
      context,
      cause: error,
    });
  if (code === undefined || provesNothing(code))
    return new Fault({
      code: 'salesforce_unavailable',
      kind: 'unavailable',
      publicText: 'Salesforce did not answer; the same rows are sent again.',
      outcomeUnknown: true,
      context,
      cause: error,
    });
  return new Fault({
    code: 'salesforce_refused_call',
    kind: ofTheOrg.has(code) ? 'forbidden' : 'invalid',
    publicText: `Salesforce refused the call: ${messageOf(error, code)}`,
    retryable: true,
    retryAfterMs: 30_000,
    context,
    cause: error,
  });
}

/** A status without Salesforce's form of an error may come from anything between here and there. */
function provesNothing(code: string): boolean {
  if (code === 'ERROR_HTTP_413') return false;
  return /^ERROR_HTTP_|^E[A-Z]+$|^UND_ERR/.test(code) || code === 'SERVER_UNAVAILABLE' || code === 'UNKNOWN_EXCEPTION';
}

function messageOf(error: unknown, code: string | undefined): string {
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message).trim();
  return code ?? 'no reason given';
}

function errorCodeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('errorCode' in error && typeof error.errorCode === 'string') return error.errorCode;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if ('cause' in error) return errorCodeOf(error.cause);
  return undefined;
}

/** @returns whether a query named a field that is not there, or that the integration user may not read */
export const isUnknownField = (error: unknown): boolean =>
  error instanceof Fault && errorCodeOf(error.cause) === 'INVALID_FIELD';
