export type ErrorFields = {
  type: 'invalid_request_error' | 'card_error' | 'api_error' | 'idempotency_error' | 'temporary_session_expired';
  message: string;
  code?: string;
  param?: string;
  decline_code?: string;
  charge?: string;
  payment_intent?: unknown;
  setup_intent?: unknown;
  payment_method?: unknown;
};

/** An error as Stripe answers it: `{ error: { type, code, message, param, doc_url, request_log_url } }`. */
export class StripeRefusal extends Error {
  readonly status: number;
  readonly fields: ErrorFields;

  constructor(status: number, fields: ErrorFields) {
    super(fields.message);
    this.status = status;
    this.fields = fields;
  }
}

/** 400: the request makes no sense. `code` is absent where the real service gives none. */
export function invalid(message: string, param?: string, code?: string): StripeRefusal {
  return new StripeRefusal(400, {
    type: 'invalid_request_error',
    message,
    ...(code === undefined ? {} : { code }),
    ...(param === undefined ? {} : { param }),
  });
}

/** 404 when the id stands in the path, 400 when it stands in a parameter. */
export function missing(what: string, id: string, param = 'id'): StripeRefusal {
  return new StripeRefusal(param === 'id' ? 404 : 400, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${what}: '${id}'`,
    param,
  });
}

/** 501: the real service does this and the simulator does not; `what` begins the sentence that says so. */
export function notSimulated(world: { calls: { refuse(what: string): void } }, what: string): StripeRefusal {
  world.calls.refuse(what);
  return new StripeRefusal(501, { type: 'api_error', message: `${what} is not simulated.` });
}
