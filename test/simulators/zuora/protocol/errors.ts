import { randomUUID } from 'node:crypto';
import type { ErrorRequestHandler, Request, Response } from 'express';
import type { CallLog } from '../../kit/sim.ts';
import { UnrecognisedFields } from './unrecognised.ts';
import type { Versions } from './versions.ts';

/** Last two digits of a code: what kind of refusal it is (Zuora docs, "Error codes"). */
export const category = {
  permission: 10,
  authentication: 11,
  badValue: 20,
  unknownField: 21,
  missingField: 22,
  missingParameter: 23,
  badQuery: 27,
  rule: 30,
  notFound: 40,
  method: 45,
  lock: 50,
  internal: 60,
  rateLimit: 70,
  malformed: 90,
  /** None of Zuora's: what the real service can and this simulator knowingly cannot. */
  notSimulated: 98,
} as const;

const statusOf: Record<number, number> = {
  10: 403,
  11: 401,
  20: 400,
  21: 400,
  22: 400,
  23: 400,
  27: 400,
  30: 400,
  40: 404,
  45: 405,
  50: 409,
  60: 500,
  61: 500,
  70: 429,
  90: 400,
  98: 501,
  99: 500,
};

/** Six digits that name the resource in an error code. GET and DELETE always use `500000`. */
export const resource = {
  none: 500000,
  account: 511000,
  payment: 597100,
  order: 587300,
  subscription: 531000,
  invoice: 592100,
  contact: 513000,
  creditMemo: 594100,
  debitMemo: 594200,
  billRun: 593100,
  refund: 598100,
  paymentMethod: 570100,
  paymentRun: 572100,
  usage: 595100,
} as const;

/** A refusal of the v1 API. */
export class ZuoraError extends Error {
  readonly code: number;
  readonly status: number;

  /** @param status where the category has several, such as 415 beside 405 */
  constructor(kind: number, message: string, of: number = resource.none, status = statusOf[kind] ?? 500) {
    super(message);
    this.code = of * 100 + kind;
    this.status = status;
  }

  /** For codes known from real answers, such as 58730020. */
  static of(code: number, message: string): ZuoraError {
    return new ZuoraError(code % 100, message, Math.floor(code / 100));
  }
}

export const notFound = (key: string): ZuoraError =>
  new ZuoraError(category.notFound, `Cannot find entity by key: '${key}'.`);

/** Refuses what the real service can and this simulator knowingly cannot: 501 in every version, and counted. */
export function notSimulated(calls: CallLog, what: string): never {
  calls.refuse(what);
  throw new ZuoraError(category.notSimulated, `This simulator of Zuora does not simulate ${what}.`);
}

const crudCodes: Record<number, string> = {
  10: 'NO_PERMISSION',
  21: 'INVALID_FIELD',
  22: 'MISSING_REQUIRED_VALUE',
  30: 'TRANSACTION_FAILED',
  50: 'LOCK_COMPETITION',
  60: 'UNKNOWN_ERROR',
  61: 'TEMPORARY_ERROR',
  70: 'REQUEST_EXCEEDED_RATE',
  99: 'UNKNOWN_ERROR',
};

/** Words of CRUD and of actions for a category (Zuora docs, "Error codes" of the SOAP API). */
export const crudCode = (error: ZuoraError): string => crudCodes[error.code % 100] ?? 'INVALID_VALUE';

/** Sends a refusal in the shape of the family that the path belongs to (Zuora docs, "Error handling"). */
export function sendError(error: ZuoraError, req: Request, res: Response, versions: Versions): void {
  const requestId = String(res.getHeader('Zuora-Request-Id') ?? randomUUID());
  const reasons = [{ code: error.code, message: error.message }];
  const isAction = req.path.startsWith('/v1/action/');
  if (error.status === 401 && (isAction || req.path.startsWith('/v1/object/')))
    return void res.status(401).set('WWW-Authenticate', 'Bearer').json({ message: error.message });
  if (isAction) return void res.status(error.status).json({ FaultCode: crudCode(error), FaultMessage: error.message });
  if (req.path.startsWith('/v1/object/')) {
    if (error.status === 404) return void res.status(404).json({ records: {}, size: 0, done: true });
    return void res
      .status(error.status)
      .json({ Success: false, Errors: [{ Code: crudCode(error), Message: error.message }] });
  }
  if (req.path.startsWith('/object-query/')) {
    return void res
      .status(error.status)
      .json(versions.uniformQueryErrors ? { reasons, requestId } : { message: error.message });
  }
  const always = [401, 405, 415, 429, 501].includes(error.status) || !req.path.startsWith('/v1/');
  res
    .status(always || versions.realStatuses ? error.status : 200)
    .json({ success: false, processId: requestId.replaceAll('-', '').slice(0, 16).toUpperCase(), reasons, requestId });
}

/** Turns thrown refusals into answers; anything else is a bug of the simulator and shows as 50000060. */
export function errorHandler(versionsOf: (req: Request) => Versions): ErrorRequestHandler {
  return (error: unknown, req, res, _next) => {
    const versions = versionsOf(req);
    if (error instanceof ZuoraError) return sendError(error, req, res, versions);
    if (error instanceof UnrecognisedFields)
      return void res.status(400).json({ message: 'Error - unrecognised fields' });
    // What express says of a body or an address that cannot be read.
    const { status } = error as { status?: number };
    if (status === 413) return void res.status(413).json({ message: 'Request size limit exceeded' });
    if (status === 415) return void res.status(415).json({ message: 'Unsupported encoding of the request body' });
    if (status === 400)
      return sendError(new ZuoraError(category.malformed, 'The request cannot be read.'), req, res, versions);
    console.error(error);
    sendError(new ZuoraError(category.internal, `Internal error: ${String(error)}`), req, res, versions);
  };
}
