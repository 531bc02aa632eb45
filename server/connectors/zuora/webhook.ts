import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { keyOf } from '../../domain/billingAccount/key.ts';
import { Fault } from '../../domain/fault.ts';
import type { ReceivedEvent, WebhookRequest, WebhookVerifier } from '../../workflows/ports/webhook.ts';
import { valueOf } from './payload.ts';

export type ZuoraVerifierOptions = { connection: string; user: string; password: string };

/** Callouts hold what their template says; these are the names under which templates give what is needed. */
const ACCOUNT_NAMES = ['accountid', 'accountnumber'];
const EVENT_NAMES = ['event', 'eventtype', 'eventtypename', 'notificationname', 'eventcategory'];

const payloadSchema = z.record(z.string(), z.unknown());

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function refuse(code: string, publicText: string, cause?: unknown): Fault {
  return new Fault({ code, kind: 'invalid', publicText, cause });
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/**
 * Verifies callouts of Zuora: Basic credentials, compared in constant time (Zuora docs, "Configure callout settings").
 * Zuora sends them at once only when the notification is set to preemptive; else it repeats the call after a 401 that
 * carries `WWW-Authenticate`, which is why missing credentials are `forbidden` and not `invalid`.
 */
export function createZuoraVerifier(options: ZuoraVerifierOptions): WebhookVerifier {
  const expected = digest(`Basic ${Buffer.from(`${options.user}:${options.password}`).toString('base64')}`);
  if (options.user === '' || options.password === '')
    throw new Fault({
      code: 'zuora_callout_login_missing',
      kind: 'invalid',
      publicText: 'ZUORA_CALLOUT_USER or ZUORA_CALLOUT_PASSWORD is empty.',
    });

  function parse({ headers, rawBody }: WebhookRequest): Record<string, unknown> {
    let text: string;
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(rawBody);
    } catch (cause) {
      throw refuse('body_not_utf8', 'The body is not valid UTF-8.', cause);
    }
    const type = (one(headers['content-type']) ?? '').split(';')[0]?.trim().toLowerCase();
    if (type === 'application/x-www-form-urlencoded') return Object.fromEntries(new URLSearchParams(text));
    try {
      return payloadSchema.parse(JSON.parse(text));
    } catch (cause) {
      throw refuse('body_not_json', 'The body is neither a JSON object nor a form.', cause);
    }
  }

  return {
    verify(request: WebhookRequest): ReceivedEvent[] {
      const given = one(request.headers['authorization']);
      if (given === undefined || !timingSafeEqual(digest(given.replace(/^basic /i, 'Basic ')), expected))
        throw new Fault({
          code: 'callout_login_wrong',
          kind: 'forbidden',
          publicText: 'The callout carries no login or a wrong one.',
        });
      const payload = parse(request);
      const account = valueOf(payload, ACCOUNT_NAMES);
      const notification = one(request.headers['zuora-notification-id']);
      return [
        {
          connection: options.connection,
          // The same over all attempts of one callout; a body alone tells repetitions apart where it is missing.
          eventId: notification ?? `body:${createHash('sha256').update(request.rawBody).digest('hex')}`,
          kind: valueOf(payload, EVENT_NAMES) ?? 'callout',
          key: account === null ? null : keyOf(options.connection, 'account', account),
          occurredAt: null,
          payload,
        },
      ];
    },
  };
}
