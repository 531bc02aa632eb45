import { createStripeConnection } from '../connectors/stripe/connection.ts';
import { stripeLimits, stripeRates } from '../connectors/stripe/limits.ts';
import type { StripeOrderSettings } from '../connectors/stripe/orders/settings.ts';
import { createZuoraConnection } from '../connectors/zuora/connection.ts';
import { callsForSweeps, zuoraLimits } from '../connectors/zuora/limits.ts';
import type { ProvisioningRules } from '../domain/provisioning/rules.ts';
import { OF_SETTINGS } from '../sync/secrets/store.ts';
import type { SecretBook } from '../sync/secrets/book.ts';
import { readCalloutCredential, readZuoraClient } from '../sync/secrets/shape.ts';
import type { ConnectionConfig } from '../platform/config/billingSystems.ts';
import { filterBilling } from '../workflows/mirror/filterBilling.ts';
import type { InvoiceDesk } from '../workflows/ports/actions.ts';
import type { BillingAccountList } from '../workflows/ports/billingAccountList.ts';
import { NO_FIELDS, type BillingFieldNames } from '../workflows/ports/billingFields.ts';
import type { BillingFilter } from '../workflows/ports/billingFilter.ts';
import type { BillToDesk } from '../workflows/ports/billTo.ts';
import type { JobBook } from '../workflows/ports/billingJobs.ts';
import type { BillingSystem } from '../workflows/ports/billingSystem.ts';
import type { CatalogSource } from '../workflows/ports/catalog.ts';
import type { Clock } from '../workflows/ports/clock.ts';
import type { ConnectionProbe } from '../workflows/ports/connectionProbe.ts';
import type { MirrorLookup } from '../workflows/ports/mirror.ts';
import type { OrderDesk } from '../workflows/ports/orders.ts';
import type { ProvisioningDesk } from '../workflows/ports/provisioning.ts';
import type { ChangeSource } from '../workflows/ports/sweep.ts';
import type { ShareToken, UpstreamGate, UpstreamLimits } from '../workflows/ports/upstream.ts';
import type { WebhookVerifier } from '../workflows/ports/webhook.ts';

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
  catalog: CatalogSource;
  /** What people ask of single invoices. */
  invoices: InvoiceDesk;
  /** Makes billing accounts, with what nobody says in Salesforce. */
  accounts: (defaults: ProvisioningRules['defaults']) => ProvisioningDesk;
  /** Whom its invoices name. */
  billTo: BillToDesk;
  orders: OrderDesk;
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
  /** What billing systems work off after they have answered; known to this process alone when absent. */
  jobs?: JobBook;
  /** What lists of a billing system are compared with; nothing when absent. */
  mirror?: MirrorLookup;
  /** The account or tenant that a connection stands for; null while it is not known. */
  providerIdOf?: (connection: string) => string | null;
  /** Metadata and custom fields that are kept; none when absent. */
  fields?: BillingFieldNames;
  /** How what is ordered in Stripe is billed, where settings say it. */
  stripeOrders?: StripeOrderSettings;
  /** Secrets that were rotated by command stand in for those of the settings, at any time. */
  secrets?: Pick<SecretBook, 'accepted' | 'latest'>;
};

const settingsAlone: Pick<SecretBook, 'accepted' | 'latest'> = {
  accepted: (_name, _connection, ofSettings) => [...ofSettings],
  latest: (_name, _connection, ofSettings) => ofSettings,
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
  {
    clock,
    timeZone,
    gateOf,
    shareToken,
    jobs,
    mirror,
    fields = NO_FIELDS,
    stripeOrders,
    providerIdOf,
    secrets = settingsAlone,
  }: ConnectionDeps,
): Omit<BillingConnection, 'name' | 'source' | 'filter'> {
  if (config.system === 'Stripe') {
    const { connection, apiKey, webhookSecrets, apiBase, dashboardUrl } = config;
    const ofSettings = webhookSecrets.map((secret) => secret.reveal());
    const options = {
      connection,
      apiKey: apiKey.reveal(),
      get webhookSecrets() {
        return secrets.accepted('webhook-secret', connection, ofSettings);
      },
      ...(apiBase === null ? {} : { apiBase }),
      dashboardUrl,
      timeZone,
      filter: config.filter,
      fields,
      ...(stripeOrders && { orders: stripeOrders }),
    };
    const rates = stripeRates(options.apiKey);
    const gate = gateOf(
      stripeLimits(connection, {
        perSecond: config.callsPerSecond ?? rates.perSecond,
        perEndpointSecond: config.callsPerEndpointSecond ?? rates.perEndpointSecond,
      }),
    );
    return createStripeConnection(options, {
      clock,
      gate,
      ...(mirror && { mirror }),
      ...(providerIdOf && { providerId: () => providerIdOf(connection) }),
    });
  }
  const client = () => {
    const { clientId, clientSecret } = config;
    const ofSettings = JSON.stringify({ clientId, clientSecret: clientSecret.reveal() });
    return readZuoraClient(secrets.latest('zuora-client', config.connection, ofSettings));
  };
  const options = {
    ...config,
    get clientId() {
      return client().clientId;
    },
    get clientSecret() {
      return client().clientSecret;
    },
    get callouts() {
      const stored = secrets.accepted('webhook-secret', config.connection, [OF_SETTINGS]);
      return stored.flatMap((text) => (text === OF_SETTINGS ? config.callouts : [readCalloutCredential(text)]));
    },
    objects: config.filter.objects,
    fields,
    sweep: { callsPerDay: callsForSweeps(config.tenantKind) },
  };
  const gate = gateOf(zuoraLimits(config.connection, config.tenantKind));
  return createZuoraConnection(options, { clock, gate, shareToken, ...(jobs && { jobs }) });
}
