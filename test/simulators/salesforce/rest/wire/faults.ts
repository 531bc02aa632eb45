import { RequestFault, RowFault } from '../../org/errors.ts';
import type { RowError, RowResult } from '../../org/types.ts';
import type { Reply } from './call.ts';

/** HTTP status of a single-row call that failed with this code (REST API Developer Guide, "Status Codes"). */
function statusOf(code: string): number {
  if (code === 'NOT_FOUND' || code === 'ENTITY_IS_DELETED') return 404;
  return code === 'INSUFFICIENT_ACCESS_OR_READONLY' ? 403 : 400;
}

/** Errors of one row as a top-level answer: the code is called `errorCode` here and `statusCode` inside row results. */
function rowErrors(errors: readonly RowError[]): Reply {
  const json = errors.map(({ statusCode, fields, ...rest }) => ({ ...rest, errorCode: statusCode, fields }));
  return { status: statusOf(errors[0]?.statusCode ?? ''), json };
}

/** The answer of `succeeded`, or the errors of the row. */
export const rowReply = (result: RowResult, succeeded: (result: RowResult) => Reply): Reply =>
  result.success ? succeeded(result) : rowErrors(result.errors);

export const errorReply = (status: number, errorCode: string, message: string): Reply => ({
  status,
  json: [{ message, errorCode }],
});

/** @returns null when the error is none of Salesforce's but a fault of the simulator */
export function faultReply(error: unknown): Reply | null {
  if (error instanceof RequestFault) return errorReply(error.status, error.errorCode, error.message);
  if (error instanceof RowFault) return rowErrors([error.toRowError()]);
  return null;
}

export const notFound = (message = 'The requested resource does not exist'): RequestFault =>
  new RequestFault(404, 'NOT_FOUND', message);

export const invalidInput = (message: string): RequestFault => new RequestFault(400, 'INVALID_INPUT', message);

/** What an org has and this one knowingly has not. */
export const notSimulated = (what: string): RequestFault =>
  new RequestFault(501, 'NOT_IMPLEMENTED', `${what} is not simulated`);
