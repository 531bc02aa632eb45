import { Fault } from '../../../domain/fault.ts';
import type { CalloutCredential } from '../../../platform/config/calloutCredentials.ts';
import type { WebhookRequest } from '../../../workflows/ports/webhook.ts';
import { isEqual } from './equal.ts';
import { headerOf } from './headers.ts';
import { checkSignature } from './signature.ts';
import { isTokenOf } from './tokens.ts';

type Verdict = 'valid' | 'absent' | 'wrong' | 'stale';

function check(credential: CalloutCredential, request: WebhookRequest, now: Date): Verdict {
  const authorization = headerOf(request, 'authorization');
  switch (credential.kind) {
    case 'basic': {
      const login = /^basic +(\S+)$/i.exec(authorization ?? '')?.[1];
      if (login === undefined) return 'absent';
      const expected = Buffer.from(`${credential.user}:${credential.password.reveal()}`).toString('base64');
      return isEqual(login, expected) ? 'valid' : 'wrong';
    }
    case 'oauth': {
      const token = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
      if (token === undefined) return 'absent';
      return isTokenOf(credential, token, now) ? 'valid' : 'wrong';
    }
    case 'header': {
      const value = headerOf(request, credential.name);
      if (value === undefined) return 'absent';
      return isEqual(value, credential.value.reveal()) ? 'valid' : 'wrong';
    }
    case 'hmac':
      return checkSignature(credential, request, now);
  }
}

/**
 * Lets a callout pass that any of the accepted credentials proves; several are accepted while one replaces another.
 *
 * @throws Fault of kind invalid for a signature that is wrong, missing or too old, of kind forbidden for the rest: it is
 * answered with the question for a login, which Zuora needs to send one unless the template says preemptive
 */
export function authenticate(credentials: readonly CalloutCredential[], request: WebhookRequest, now: Date): void {
  const verdicts = credentials.map((credential) => ({
    kind: credential.kind,
    verdict: check(credential, request, now),
  }));
  if (verdicts.some(({ verdict }) => verdict === 'valid')) return;
  if (verdicts.some(({ verdict }) => verdict === 'stale'))
    throw new Fault({
      code: 'callout_signature_stale',
      kind: 'invalid',
      publicText: 'The signature is valid, but its Date is too old or ahead.',
    });
  const signatures = verdicts.filter(({ kind }) => kind === 'hmac');
  const isSigned = signatures.some(({ verdict }) => verdict === 'wrong');
  if (isSigned || signatures.length === verdicts.length)
    throw new Fault({
      code: 'callout_signature_wrong',
      kind: 'invalid',
      publicText: isSigned
        ? 'The signature of the callout is wrong.'
        : 'The callout carries no signature; one with its parameters in the address cannot.',
    });
  throw new Fault({
    code: 'callout_login_wrong',
    kind: 'forbidden',
    publicText: 'The callout carries no login or a wrong one.',
  });
}
