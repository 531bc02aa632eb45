import Stripe from 'stripe';
import { Fault } from '../../../domain/fault.ts';
import { toStripeFault } from '../errors.ts';

/** Longest text of Stripe's that people are shown. */
const MOST_CHARACTERS = 500;

/** What Stripe refuses because of what it was asked for, or because of the card. */
const isAboutOrder = (error: unknown): error is Stripe.errors.StripeError =>
  error instanceof Stripe.errors.StripeInvalidRequestError || error instanceof Stripe.errors.StripeCardError;

/** As `toStripeFault`; what people can do something about says why in Stripe's own words. */
export function toOrderFault(error: unknown, doing: string): Fault {
  const fault = toStripeFault(error, doing);
  // Somebody else works on the same call, or the same object: what comes of that is not known yet.
  if (error instanceof Stripe.errors.StripeError && error.statusCode === 409) {
    const { code, kind, publicText, context } = fault;
    return new Fault({ code, kind, publicText, retryable: true, outcomeUnknown: true, context, cause: error });
  }
  if (!isAboutOrder(error) || fault.kind === 'rate_limited') return fault;
  const said = error.message.replace(/\s+/g, ' ').trim().replace(/\.$/, '').slice(0, MOST_CHARACTERS);
  return new Fault({
    code: 'order_refused',
    kind: 'invalid',
    publicText: `Stripe refuses the order: "${said === '' ? 'without a reason' : said}".`,
    context: fault.context,
    cause: error,
  });
}
