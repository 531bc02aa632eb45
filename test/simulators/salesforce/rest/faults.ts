import type { Response } from 'express';
import { RequestFault, RowFault } from '../org/errors.ts';
import type { RowError } from '../org/types.ts';

/** HTTP status of a single-row call that failed with this code (REST API Developer Guide, "Status Codes"). */
function statusOf(code: string): number {
  if (code === 'NOT_FOUND' || code === 'ENTITY_IS_DELETED') return 404;
  return code === 'INSUFFICIENT_ACCESS_OR_READONLY' ? 403 : 400;
}

/** Errors of one row as a top-level answer: the code is called `errorCode` here and `statusCode` inside row results. */
export function sendRowErrors(res: Response, errors: readonly RowError[]): void {
  const body = errors.map(({ message, statusCode, fields }) => ({ message, errorCode: statusCode, fields }));
  res.status(statusOf(errors[0]?.statusCode ?? '')).json(body);
}

export function sendError(res: Response, status: number, errorCode: string, message: string): void {
  res.status(status).json([{ message, errorCode }]);
}

/** @returns false when the error is none of Salesforce's but a fault of the simulator */
export function sendFault(res: Response, error: unknown): boolean {
  if (error instanceof RequestFault) sendError(res, error.status, error.errorCode, error.message);
  else if (error instanceof RowFault) sendRowErrors(res, [error.toRowError()]);
  else return false;
  return true;
}

export const notFound = (message = 'The requested resource does not exist'): RequestFault =>
  new RequestFault(404, 'NOT_FOUND', message);
