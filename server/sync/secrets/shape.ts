import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { calloutCredential, type CalloutCredential } from '../../platform/config/calloutCredentials.ts';
import { VARIABLES } from '../../platform/config/variables.ts';
import type { SecretName } from './store.ts';

const zuoraClient = z.strictObject({ clientId: z.string().min(1), clientSecret: z.string().min(1) });

/** @throws ZodError, SyntaxError */
export function readZuoraClient(text: string): z.output<typeof zuoraClient> {
  return zuoraClient.parse(JSON.parse(text));
}

/** @throws ZodError, SyntaxError */
export function readCalloutCredential(text: string): CalloutCredential {
  return calloutCredential.parse(JSON.parse(text));
}

function works(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

/** @returns what is wrong with a value that is to be stored, in words that do not repeat it; null when nothing is */
export function faultOf(name: SecretName, system: string | null, text: string): string | null {
  if (name === 'salesforce-key')
    return works(() => createPrivateKey(text)) ? null : 'It must be a private key in PEM form.';
  if (name === 'zuora-client')
    return works(() => readZuoraClient(text)) ? null : 'It must be JSON: {"clientId": "…", "clientSecret": "…"}.';
  if (system === 'Zuora')
    return works(() => readCalloutCredential(text))
      ? null
      : 'It must be one entry of ZUORA_CALLOUT_CREDENTIALS in JSON, such as {"kind": "basic", "user": "…", "password": "…"}.';
  return VARIABLES.STRIPE_WEBHOOK_SECRETS.schema.safeParse(text).success && !text.includes(',')
    ? null
    : 'It must be a signing secret of Stripe, which begins with whsec_.';
}
