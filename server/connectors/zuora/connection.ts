import type { ProvisioningRules } from '../../domain/provisioning/rules.ts';
import type { CalloutCredential } from '../../platform/config/calloutCredentials.ts';
import { tokenNameOf } from '../../platform/ids.ts';
import type { InvoiceDesk } from '../../workflows/ports/actions.ts';
import type { BillingAccountList } from '../../workflows/ports/billingAccountList.ts';
import { NO_FIELDS, type BillingFieldNames } from '../../workflows/ports/billingFields.ts';
import type { BillToDesk } from '../../workflows/ports/billTo.ts';
import { ownJobs, type JobBook } from '../../workflows/ports/billingJobs.ts';
import type { BillingSystem } from '../../workflows/ports/billingSystem.ts';
import type { CatalogSource } from '../../workflows/ports/catalog.ts';
import type { Clock } from '../../workflows/ports/clock.ts';
import type { ConnectionProbe } from '../../workflows/ports/connectionProbe.ts';
import type { OrderDesk } from '../../workflows/ports/orders.ts';
import type { ProvisioningDesk } from '../../workflows/ports/provisioning.ts';
import type { ChangeSource } from '../../workflows/ports/sweep.ts';
import { openGate, ownToken, type ShareToken, type UpstreamGate } from '../../workflows/ports/upstream.ts';
import type { WebhookVerifier } from '../../workflows/ports/webhook.ts';
import { createZuoraAccountDesk } from './accountDesk.ts';
import { createZuoraBilling } from './billing.ts';
import { createZuoraBillToDesk } from './billToDesk.ts';
import { createZuoraVerifier } from './callouts/webhook.ts';
import { ZuoraClient } from './client.ts';
import { zuoraLinks } from './links.ts';
import { createZuoraInvoiceDesk } from './invoiceDesk.ts';
import { createZuoraList } from './list.ts';
import { createZuoraOrderDesk } from './orderDesk.ts';
import { createZuoraProbe } from './probe.ts';
import { createZuoraCatalog } from './sellables.ts';
import { createZuoraSweep, type ZuoraSweepOptions } from './sweep/sweep.ts';

export type ZuoraConnectionOptions = {
  /** Name of the connection, such as `zuora`; first part of all its keys. */
  connection: string;
  /** Such as `https://rest.zuora.com`. */
  baseUrl: string;
  /** OAuth client; asked for at each login, as `callouts` at each callout. */
  clientId: string;
  clientSecret: string;
  /** How callouts may prove where they come from; each alone is enough. */
  callouts: readonly CalloutCredential[];
  /** Custom field of the Zuora account that names the Salesforce Account; default `CRMAccountId__c`. */
  accountIdField?: string;
  /** Custom field (text) of orders and subscriptions that names the Opportunity; default `OpportunityId__c`. */
  dealField?: string;
  /** Zone of the tenant; default `America/Los_Angeles`, as Zuora's US data centres have it. */
  timeZone?: string;
  /** How much looking for changes may take. */
  sweep?: ZuoraSweepOptions;
  /** Address of Zuora's interface, for links; default `https://www.zuora.com`. */
  uiUrl?: string;
  /** Kinds of objects that the client's user has to be able to read, besides accounts; default all. */
  objects?: readonly string[];
  /** Custom fields that are kept of its objects; default none. */
  fields?: BillingFieldNames;
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
  close(): Promise<void>;
};

/** Everything that one Zuora tenant takes part in. */
export function createZuoraConnection(
  options: ZuoraConnectionOptions,
  deps: { clock: Clock; gate?: UpstreamGate; shareToken?: ShareToken; jobs?: JobBook },
): Connection {
  const { connection } = options;
  const { gate = openGate, shareToken = ownToken, jobs = ownJobs() } = deps;
  const api = {
    connection,
    baseUrl: options.baseUrl,
    get clientId() {
      return options.clientId;
    },
    get clientSecret() {
      return options.clientSecret;
    },
    objects: options.objects ?? ['subscriptions', 'invoices', 'payments', 'usage'],
  };
  const { objects } = api;
  const tokenName = tokenNameOf(connection, [api.baseUrl, api.clientId]);
  const client = new ZuoraClient(api, { gate, shareToken, tokenName });
  const context = {
    connection,
    timeZone: options.timeZone ?? 'America/Los_Angeles',
    accountIdField: options.accountIdField ?? 'CRMAccountId__c',
    links: zuoraLinks(options.uiUrl),
    fields: options.fields ?? NO_FIELDS,
  };
  return {
    verifier: createZuoraVerifier(
      {
        connection,
        get credentials() {
          return options.callouts;
        },
      },
      deps.clock,
    ),
    billing: createZuoraBilling(client, context),
    changes: createZuoraSweep(client, context, deps.clock, { objects, ...options.sweep }),
    list: createZuoraList(client, context),
    invoices: createZuoraInvoiceDesk(client),
    accounts: (defaults) => createZuoraAccountDesk(client, context, defaults),
    billTo: createZuoraBillToDesk(client),
    orders: createZuoraOrderDesk(
      client,
      { ...context, dealField: options.dealField ?? 'OpportunityId__c' },
      deps.clock,
      jobs,
    ),
    catalog: createZuoraCatalog(client, context, deps.clock),
    probe: createZuoraProbe(client, api),
    close: () => client.close(),
  };
}
