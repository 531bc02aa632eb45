import { randomUUID } from 'node:crypto';
import { Fault } from '../../../domain/fault.ts';
import type { CalloutCredential } from '../../../platform/config/calloutCredentials.ts';
import type { Clock } from '../../../workflows/ports/clock.ts';
import type { ReceivedEvent, WebhookRequest, WebhookVerifier } from '../../../workflows/ports/webhook.ts';
import { subjectKeyOf, valueOf } from '../payload.ts';
import { authenticate } from './authenticate.ts';
import { isEqual } from './equal.ts';
import { headerOf } from './headers.ts';
import { parametersOf } from './parameters.ts';
import { issueToken, TOKEN_SECONDS } from './tokens.ts';

export type ZuoraVerifierOptions = {
  connection: string;
  /** Each of them alone lets a callout in. */
  credentials: readonly CalloutCredential[];
};

/** Callouts hold what their template says; these are the names under which templates tell the event. */
const EVENT_NAMES = ['event', 'eventtype', 'eventtypename', 'notificationname', 'eventcategory'];

/** Client of a token request, in the body or as Basic (RFC 6749, 2.3.1). */
function clientOf(request: WebhookRequest): { id: string; secret: string } {
  const form = new URLSearchParams(request.rawBody.toString('utf8'));
  const login = /^basic +(\S+)$/i.exec(headerOf(request, 'authorization') ?? '')?.[1];
  const [id = '', secret = ''] = login === undefined ? [] : Buffer.from(login, 'base64').toString('utf8').split(':');
  return { id: form.get('client_id') ?? id, secret: form.get('client_secret') ?? secret };
}

/**
 * Verifies callouts of Zuora (Zuora docs, "Configure callout settings").
 *
 * `Zuora-Notification-Id` is the same over all attempts of a callout. Where it is missing (a proxy took it away) every
 * delivery counts as an event of its own: two changes may have the same text, and one that is taken for a repetition of the
 * other would be lost; a repetition that is taken for a change costs a read at most.
 */
export function createZuoraVerifier(options: ZuoraVerifierOptions, clock: Pick<Clock, 'now'>): WebhookVerifier {
  const { connection } = options;
  if (options.credentials.length === 0)
    throw new Fault({
      code: 'zuora_callout_login_missing',
      kind: 'invalid',
      publicText: 'Nothing says how callouts of Zuora prove where they come from.',
    });

  return {
    methods: ['POST', 'PUT', 'PATCH', 'GET', 'DELETE'],

    verify(request: WebhookRequest): ReceivedEvent[] {
      authenticate(options.credentials, request, clock.now());
      const payload = parametersOf(request);
      const delivery = headerOf(request, 'zuora-request-id') ?? randomUUID();
      return [
        {
          connection,
          eventId: headerOf(request, 'zuora-notification-id') ?? `delivery:${delivery}`,
          kind: valueOf(payload, EVENT_NAMES) ?? 'callout',
          key: subjectKeyOf(payload, connection),
          occurredAt: null,
          payload,
        },
      ];
    },

    token(request: WebhookRequest) {
      const given = clientOf(request);
      const client = options.credentials
        .filter((credential) => credential.kind === 'oauth')
        .find(
          ({ clientId, clientSecret }) => isEqual(clientId, given.id) && isEqual(clientSecret.reveal(), given.secret),
        );
      if (client === undefined)
        throw new Fault({
          code: 'callout_client_wrong',
          kind: 'forbidden',
          publicText: 'There is no such client, or its secret is wrong.',
        });
      return { accessToken: issueToken(client, clock.now()), expiresInSeconds: TOKEN_SECONDS };
    },
  };
}
