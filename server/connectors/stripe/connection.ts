import type { ProvisioningRules } from '../../domain/provisioning/rules.ts';
import type { InvoiceDesk } from '../../workflows/ports/actions.ts';
import type { BillingAccountList } from '../../workflows/ports/billingAccountList.ts';
import { partsTakenBy, TAKE_EVERYTHING, type BillingFilter } from '../../workflows/ports/billingFilter.ts';
import { NO_FIELDS, type BillingFieldNames } from '../../workflows/ports/billingFields.ts';
import type { BillToDesk } from '../../workflows/ports/billTo.ts';
import type { BillingSystem } from '../../workflows/ports/billingSystem.ts';
import type { CatalogSource } from '../../workflows/ports/catalog.ts';
import type { Clock } from '../../workflows/ports/clock.ts';
import type { ConnectionProbe } from '../../workflows/ports/connectionProbe.ts';
import type { MirrorLookup } from '../../workflows/ports/mirror.ts';
import type { OrderDesk } from '../../workflows/ports/orders.ts';
import type { ProvisioningDesk } from '../../workflows/ports/provisioning.ts';
import type { ChangeSource } from '../../workflows/ports/sweep.ts';
import { openGate, type UpstreamGate } from '../../workflows/ports/upstream.ts';
import type { WebhookVerifier } from '../../workflows/ports/webhook.ts';
import { createStripeAccountDesk } from './accountDesk.ts';
import { createStripeBilling } from './billing.ts';
import { createStripeBillToDesk } from './billToDesk.ts';
import { CatalogCache } from './catalog.ts';
import { createStripeClient } from './client.ts';
import { stripeLinks } from './links.ts';
import { createStripeInvoiceDesk } from './invoiceDesk.ts';
import { createStripeList } from './list.ts';
import { createStripeOrderDesk } from './orders/desk.ts';
import { STRIPE_ORDER_SETTINGS, type StripeOrderSettings } from './orders/settings.ts';
import { createPastSweep } from './past.ts';
import { accountOf, createStripeProbe, isLiveKey } from './probe.ts';
import { createStripeCatalog } from './sellables.ts';
import { createStripeSweep } from './sweep.ts';
import { createListSweep } from './sweepLists.ts';
import { createStripeVerifier } from './webhook.ts';

export type StripeConnectionOptions = {
  /** Name of the connection, such as `stripe`; first part of all its keys. */
  connection: string;
  apiKey: string;
  /** Asked for at each webhook. */
  webhookSecrets: readonly string[];
  /** Where Stripe is, for the simulator. */
  apiBase?: string;
  /** Default `https://dashboard.stripe.com`. */
  dashboardUrl?: string;
  /** IANA name of the zone in which moments become days; default UTC. */
  timeZone?: string;
  /** What is taken of it, and so what the key has to be able to read besides customers and events; default all. */
  filter?: BillingFilter;
  /** Metadata that is kept of its objects; default none. */
  fields?: BillingFieldNames;
  /** How what is ordered is billed; default invoices that are sent. */
  orders?: StripeOrderSettings;
};

export type Connection = {
  verifier: WebhookVerifier;
  billing: BillingSystem;
  changes: ChangeSource;
  probe: ConnectionProbe;
  list: BillingAccountList;
  catalog: CatalogSource;
  invoices: InvoiceDesk;
  accounts: (defaults: ProvisioningRules['defaults']) => ProvisioningDesk;
  billTo: BillToDesk;
  orders: OrderDesk;
};

/** Everything that one Stripe account takes part in. */
export function createStripeConnection(
  options: StripeConnectionOptions,
  /**
   * `mirror`: what is compared with the lists of objects once a day; nothing is when absent.
   * `providerId`: what the probe once told, in whichever process; null while that is not known.
   */
  deps: { clock: Clock; gate?: UpstreamGate; mirror?: MirrorLookup; providerId?: () => string | null },
): Connection {
  const { connection, timeZone = 'UTC', filter = TAKE_EVERYTHING } = options;
  const { mirror } = deps;
  const now = (): Date => deps.clock.now();
  const stripe = createStripeClient(
    { apiKey: options.apiKey, ...(options.apiBase === undefined ? {} : { apiBase: options.apiBase }) },
    deps.gate ?? openGate,
  );
  const context = {
    connection,
    timeZone,
    links: stripeLinks(options.dashboardUrl),
    fields: options.fields ?? NO_FIELDS,
  };
  const catalog = new CatalogCache(stripe, now);
  return {
    verifier: createStripeVerifier({
      connection,
      get secrets() {
        return options.webhookSecrets;
      },
      now,
      livemode: isLiveKey(options.apiKey),
      accountId: () => accountOf(deps.providerId?.() ?? null),
    }),
    billing: createStripeBilling(stripe, catalog, context),
    list: createStripeList(stripe, connection),
    invoices: createStripeInvoiceDesk(stripe),
    accounts: (defaults) => createStripeAccountDesk(stripe, defaults),
    orders: createStripeOrderDesk(stripe, catalog, context, options.orders ?? STRIPE_ORDER_SETTINGS),
    billTo: createStripeBillToDesk(stripe),
    catalog: createStripeCatalog(stripe, connection),
    probe: createStripeProbe(stripe, { connection, apiKey: options.apiKey, objects: filter.objects }),
    changes: createStripeSweep(stripe, connection, () => deps.clock.businessNow(), {
      lists: mirror && createListSweep({ stripe, context, mirror, filter, now }),
      past: partsTakenBy(filter).has('subscriptions') ? createPastSweep(stripe, context) : undefined,
    }),
  };
}
