import { createStripeConnection } from './connectors/stripe/connection.ts';
import { createZuoraConnection } from './connectors/zuora/connection.ts';
import type { ConnectionConfig } from './platform/config/billingSystems.ts';
import type { BillingSystem } from './workflows/ports/billingSystem.ts';
import type { Clock } from './workflows/ports/clock.ts';
import type { ChangeSource } from './workflows/ports/sweep.ts';
import type { WebhookVerifier } from './workflows/ports/webhook.ts';

/** One Stripe account or Zuora tenant, as this process reaches it. */
export type BillingConnection = {
  /** First part of all its keys, and last of the address of its webhooks. */
  name: string;
  source: ConnectionConfig['system'];
  verifier: WebhookVerifier;
  billing: BillingSystem;
  changes: ChangeSource;
  close?(): Promise<void>;
};

/** Makes the clients of one connection; calls nothing yet. */
export function connect(config: ConnectionConfig, clock: Clock, timeZone: string): BillingConnection {
  const named = { name: config.connection, source: config.system };
  if (config.system === 'Stripe') {
    const { connection, apiKey, webhookSecrets, apiBase, dashboardUrl } = config;
    const options = {
      connection,
      apiKey: apiKey.reveal(),
      webhookSecrets: webhookSecrets.map((secret) => secret.reveal()),
      ...(apiBase === null ? {} : { apiBase }),
      dashboardUrl,
      timeZone,
    };
    return { ...named, ...createStripeConnection(options, { clock }) };
  }
  const options = { ...config, clientSecret: config.clientSecret.reveal() };
  return { ...named, ...createZuoraConnection(options, { clock }) };
}
