import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Credentials of one simulated landscape; made once and kept, so that a second start opens the same doors. */
export type Secrets = {
  stripeSecretKey: string;
  stripeWebhookSecret: string;
  zuoraClientId: string;
  zuoraClientSecret: string;
  calloutUser: string;
  calloutPassword: string;
  salesforceClientId: string;
  salesforcePrivateKey: string;
  salesforcePublicKey: string;
};

/** @param file where they are kept; without one they last as long as the process */
export function secretsOf(file?: string): Secrets {
  if (file && existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Secrets;
  const random = (bytes: number) => randomBytes(bytes).toString('hex');
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const secrets: Secrets = {
    stripeSecretKey: `sk_test_${random(16)}`,
    stripeWebhookSecret: `whsec_${random(16)}`,
    zuoraClientId: [4, 2, 2, 2, 6].map(random).join('-'),
    zuoraClientSecret: random(16),
    calloutUser: 'zuora-callout',
    calloutPassword: random(12),
    salesforceClientId: `3MVG9${random(20)}`,
    salesforcePrivateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    salesforcePublicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
  if (file) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  }
  return secrets;
}
