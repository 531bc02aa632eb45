import { isUtf8 } from 'node:buffer';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Fault } from '../../domain/fault.ts';
import type { ReceivedEvent, WebhookRequest, WebhookVerifier } from '../../workflows/ports/webhook.ts';
import { readEvent, toReceivedEvent } from './events.ts';

export type StripeVerifierOptions = {
  connection: string;
  /** Signing secrets of the endpoint, several while one is rolled over; asked for at each webhook. */
  secrets: readonly string[];
  /** How far the time of a signature may be from ours, either way; Stripe's own default is 300. */
  toleranceSeconds?: number;
  /** When given, events of the other mode are refused. */
  livemode?: boolean;
  /**
   * The Stripe account as far as it is known; events that name another one are refused, and those that name one while none
   * is known are to be sent again later.
   */
  accountId?: () => string | null;
  /** Real time. */
  now?: () => Date;
};

function refuse(code: string, publicText: string): Fault {
  return new Fault({ code, kind: 'invalid', publicText });
}

function parseHeader(header: string): { timestamp: string; signatures: string[] } {
  const parts = header.split(',').map((part) => part.trim().split('=', 2));
  const timestamp = parts.find(([name]) => name === 't')?.[1] ?? '';
  const signatures = parts.filter(([name]) => name === 'v1').map(([, value]) => value ?? '');
  return { timestamp, signatures };
}

function matches(expected: Buffer, given: string): boolean {
  const bytes = /^[0-9a-f]{64}$/i.test(given) ? Buffer.from(given, 'hex') : null;
  return bytes !== null && timingSafeEqual(bytes, expected);
}

/**
 * Verifies webhooks of Stripe: `Stripe-Signature: t=<seconds>,v1=<HMAC-SHA256 of "t.body" in hex>` over the raw body
 * (Stripe docs, "Verify webhook signatures manually"). Unlike the SDK it refuses times in the future, too.
 */
export function createStripeVerifier(options: StripeVerifierOptions): WebhookVerifier {
  const { connection, toleranceSeconds = 300, now = () => new Date() } = options;
  if (options.secrets.length === 0 || options.secrets.some((secret) => secret.trim() === '')) {
    throw new Fault({ code: 'stripe_secret_missing', kind: 'invalid', publicText: 'STRIPE_WEBHOOK_SECRETS is empty.' });
  }

  function verifySignature({ headers, rawBody }: WebhookRequest): void {
    const header = headers['stripe-signature'];
    if (typeof header !== 'string' || header === '')
      throw refuse('signature_missing', 'The Stripe-Signature header is missing.');
    const { timestamp, signatures } = parseHeader(header);
    if (!/^\d{1,12}$/.test(timestamp) || signatures.length === 0)
      throw refuse('signature_malformed', 'The Stripe-Signature header cannot be read.');
    const expected = options.secrets.map((secret) =>
      createHmac('sha256', secret).update(`${timestamp}.`).update(rawBody).digest(),
    );
    // Every pair is compared, so that the time taken tells nothing.
    const matched = expected.flatMap((bytes) => signatures.map((given) => matches(bytes, given)));
    if (!matched.includes(true)) throw refuse('signature_wrong', 'The signature does not match.');
    const age = Math.floor(now().getTime() / 1000) - Number(timestamp);
    if (age > toleranceSeconds) throw refuse('signature_stale', 'The signature is too old.');
    if (age < -toleranceSeconds) throw refuse('signature_future', 'The signature is from the future.');
  }

  function parse(rawBody: Buffer): unknown {
    if (!isUtf8(rawBody)) throw refuse('body_not_utf8', 'The body is not valid UTF-8.');
    try {
      return JSON.parse(rawBody.toString());
    } catch (cause) {
      throw new Fault({ code: 'body_not_json', kind: 'invalid', publicText: 'The body is not valid JSON.', cause });
    }
  }

  /** Endpoints of an organization, and of Connect, send events of many accounts; each names its own. */
  function checkAccount(account: string): void {
    const own = options.accountId?.() ?? null;
    if (own === null)
      throw new Fault({
        code: 'account_unknown',
        kind: 'unavailable',
        publicText: 'Which Stripe account this connection is has not been found out yet. Send the event again.',
      });
    if (account !== own) throw refuse('account_wrong', 'The event is of another Stripe account than this connection.');
  }

  return {
    verify(request: WebhookRequest): ReceivedEvent[] {
      verifySignature(request);
      const payload = parse(request.rawBody);
      const event = readEvent(payload);
      if (event === null) throw refuse('event_malformed', 'The body is no event of Stripe.');
      if (options.livemode !== undefined && event.livemode != null && event.livemode !== options.livemode)
        throw refuse('livemode_wrong', 'The event is of the other mode (live or test).');
      const account = ('account' in event ? event.account : null) ?? event.context ?? '';
      if (account !== '') checkAccount(account);
      return [toReceivedEvent(connection, event, payload as object)];
    },
  };
}
