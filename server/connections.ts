import { createStripeConnection } from './connectors/stripe/connection.ts';
import { stripeLimits, stripeRates } from './connectors/stripe/limits.ts';
import { createZuoraConnection } from './connectors/zuora/connection.ts';
import { callsForSweeps, zuoraLimits } from './connectors/zuora/limits.ts';
import type { ConnectionConfig } from './platform/config/billingSystems.ts';
import { filterBilling } from './workflows/mirror/filterBilling.ts';
import type { BillingAccountList } from './workflows/ports/billingAccountList.ts';
import type { BillingFilter } from './workflows/ports/billingFilter.ts';
import type { BillingSystem } from './workflows/ports/billingSystem.ts';
import type { Clock } from './workflows/ports/clock.ts';
import type { ConnectionProbe } from './workflows/ports/connectionProbe.ts';
import type { ChangeSource } from './workflows/ports/sweep.ts';
import type { ShareToken, UpstreamGate, UpstreamLimits } from './workflows/ports/upstream.ts';
import type { WebhookVerifier } from './workflows/ports/webhook.ts';

/** One Stripe account or Zuora tenant, as this process reaches it. */
export type BillingConnection = {
  /** First part of all its keys, and last of the address of its webhooks. */
  name: string;
  source: ConnectionConfig['system'];
  verifier: WebhookVerifier;
  billing: BillingSystem;
  changes: ChangeSource;
  probe: ConnectionProbe;
  list: BillingAccountList;
  /** What of it is taken; `billing` sees to it. */
  filter: BillingFilter;
  close?(): Promise<void>;
};

export type ConnectionDeps = {
  clock: Clock;
  timeZone: string;
  /** Makes the gate that keeps all processes to what an upstream allows. */
  gateOf: (limits: UpstreamLimits) => UpstreamGate;
  shareToken: ShareToken;
};

/** Makes the clients of one connection; calls nothing yet. */
export function connect(config: ConnectionConfig, deps: ConnectionDeps): BillingConnection {
  const { filter } = config;
  const clients = clientsOf(config, deps);
  return {
    ...clients,
    billing: filterBilling(clients.billing, filter),
    name: config.connection,
    source: config.system,
    filter,
  };
}

function clientsOf(
  config: ConnectionConfig,
  { clock, timeZone, gateOf, shareToken }: ConnectionDeps,
): Omit<BillingConnection, 'name' | 'source' | 'filter'> {
  if (config.system === 'Stripe') {
    const { connection, apiKey, webhookSecrets, apiBase, dashboardUrl } = config;
    const options = {
      connection,
      apiKey: apiKey.reveal(),
      webhookSecrets: webhookSecrets.map((secret) => secret.reveal()),
      ...(apiBase === null ? {} : { apiBase }),
      dashboardUrl,
      timeZone,
      objects: config.filter.objects,
    };
    const rates = stripeRates(options.apiKey);
    const gate = gateOf(
      stripeLimits(connection, {
        perSecond: config.callsPerSecond ?? rates.perSecond,
        perEndpointSecond: config.callsPerEndpointSecond ?? rates.perEndpointSecond,
      }),
    );
    return createStripeConnection(options, { clock, gate });
  }
  const options = {
    ...config,
    clientSecret: config.clientSecret.reveal(),
    objects: config.filter.objects,
    sweep: { callsPerDay: callsForSweeps(config.tenantKind) },
  };
  const gate = gateOf(zuoraLimits(config.connection, config.tenantKind));
  return createZuoraConnection(options, { clock, gate, shareToken });
}
