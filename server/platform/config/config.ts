import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  NO_FILTER,
  readStripe,
  readZuora,
  STRIPE_NAMES,
  ZUORA_NAMES,
  type ConnectionConfig,
} from './billingSystems.ts';
import { readSealKeys, SEAL_KEY_EXAMPLE } from '../seal.ts';
import { ConfigError } from './configError.ts';
import { readConnectionsFile } from './connectionsFile.ts';
import { readMappingFile, type MappingConfig } from './mappingFile.ts';
import { complete, fromEnvironment, Reader } from './reader.ts';
import { readOrdersFile, type OrdersConfig } from './ordersFile.ts';
import { readProvisioningFile, type ProvisioningConfig } from './provisioningFile.ts';
import { billToProblems, readBillToFile, type BillToConfig } from './billToFile.ts';
import { readRenewalsFile, type RenewalsConfig } from './renewalsFile.ts';
import { NO_REPORTING, readReportingFile, type ReportingConfig } from './reportingFile.ts';
import { Secret } from './secret.ts';
import { VARIABLES, type VariableValue } from './variables.ts';

export type SalesforceConfig = {
  loginUrl: string;
  clientId: string;
  username: string;
  privateKey: Secret;
  apiVersion: string;
  /** 18 characters; the only org that is written to. */
  orgId: string;
  /** Share (0..1) of the org's API calls that is left to people and other programs. */
  apiReserve: number;
  /** Change events over the Pub/Sub API; null to find changes by the sweep alone. */
  changeEvents: { address: string; channel: string; extraCa: string | null } | null;
  /** What of billing is logged as activities, and deals: their stage, and the currency of the org; null for none. */
  records: {
    invoices: boolean;
    payments: boolean;
    deals: { stage: string; currency: string } | null;
    notices: boolean;
  };
};

export type CatalogConfig = {
  /** Name or id. */
  priceBook: string;
  /** Of the org, in which alone prices are written. */
  currency: string;
  /** Names of those whose catalog is taken; null for all. */
  connections: readonly string[] | null;
};

export type Config = {
  port: number;
  host: string;
  /** null for the embedded database below `dataDir`. */
  databaseUrl: Secret | null;
  /** Absolute path. */
  dataDir: string;
  /** Keys that stored secrets are sealed with, as `SEAL_KEYS`; null for a key of its own beside the embedded database. */
  sealKeys: Secret | null;
  roles: { web: boolean; worker: boolean };
  logLevel: VariableValue<'LOG_LEVEL'>;
  /** At least one, each with a name of its own. */
  connections: readonly ConnectionConfig[];
  salesforce: SalesforceConfig;
  /** Where business time is asked for; null for real time. */
  businessClockUrl: string | null;
  sweepSeconds: number;
  usagePollSeconds: number;
  /** Time zone of business days. */
  timeZone: string;
  /** What an admin's mapping adds to what every org gets; none without MAPPING_FILE. */
  mapping: readonly MappingConfig[];
  /** Where what billing can sell goes; null for nowhere. */
  catalog: CatalogConfig | null;
  /** Rates and tiers for reports; none without REPORTING_FILE. */
  reporting: ReportingConfig;
  /** Which won deals become orders, in the currency of the org where it has one alone; null without ORDERS_FILE. */
  orders: (OrdersConfig & { currency: string }) | null;
  /** When renewals become deals, in the currency of the org; null without RENEWALS_FILE. */
  renewals: (RenewalsConfig & { currency: string }) | null;
  /** Which Accounts get a billing account, in the currency of the org where it has one alone; null without PROVISIONING_FILE. */
  provisioning: (ProvisioningConfig & { system: ConnectionConfig['system']; currency: string }) | null;
  /** What billing takes over of bill-tos, by connection; empty without BILL_TO_FILE. */
  billTo: BillToConfig;
  /** How long rows are kept in the org, where that is not the default; null for good. */
  orgRetention: VariableValue<'ORG_RETENTION'>;
  /** Days for which events are kept: their payloads, and their ids, by which a second delivery is recognised. */
  inboxDays: { payload: number; id: number };
};

function readPrivateKey(reader: Reader): string | undefined {
  if (!reader.isSet('SALESFORCE_PRIVATE_KEY_FILE'))
    return reader.required('SALESFORCE_PRIVATE_KEY', 'It is missing; SALESFORCE_PRIVATE_KEY_FILE would do instead.');
  if (reader.isSet('SALESFORCE_PRIVATE_KEY'))
    return reader.fault('SALESFORCE_PRIVATE_KEY', 'It is set beside SALESFORCE_PRIVATE_KEY_FILE; keep one of them.');
  let content: string;
  try {
    content = readFileSync(reader.optional('SALESFORCE_PRIVATE_KEY_FILE') ?? '', 'utf8');
  } catch {
    return reader.fault('SALESFORCE_PRIVATE_KEY_FILE', 'The file cannot be read.');
  }
  const parsed = VARIABLES.SALESFORCE_PRIVATE_KEY.schema.safeParse(content);
  return parsed.success
    ? parsed.data
    : reader.fault('SALESFORCE_PRIVATE_KEY_FILE', 'The file must hold a private key in PEM form.');
}

/** With a database of its own a key would be lost with the machine, and other machines would not have it. */
function readSealKeysText(reader: Reader): Secret | null {
  if (reader.isSet('SEAL_KEYS_FILE')) {
    if (reader.isSet('SEAL_KEYS')) reader.fault('SEAL_KEYS', 'It is set beside SEAL_KEYS_FILE; keep one of them.');
    let content: string;
    try {
      content = readFileSync(reader.optional('SEAL_KEYS_FILE') ?? '', 'utf8');
    } catch {
      reader.fault('SEAL_KEYS_FILE', 'The file cannot be read.');
      return null;
    }
    const keys = readSealKeys(content);
    if (typeof keys === 'string') reader.fault('SEAL_KEYS_FILE', keys);
    return new Secret(content);
  }
  const reason = `It is missing: access tokens are kept in the database of DATABASE_URL, sealed. ${SEAL_KEY_EXAMPLE}`;
  const text = reader.isSet('DATABASE_URL') ? reader.required('SEAL_KEYS', reason) : reader.optional('SEAL_KEYS');
  return text === undefined ? null : new Secret(text);
}

function readChangeEvents(reader: Reader): SalesforceConfig['changeEvents'] {
  const address = reader.optional('SALESFORCE_PUBSUB_ADDRESS') ?? 'api.pubsub.salesforce.com:7443';
  const channel = reader.optional('SALESFORCE_CHANNEL') ?? 'Billing360__chn';
  const file = reader.optional('SALESFORCE_PUBSUB_CA_FILE');
  if (address === 'none') return null;
  if (file === undefined) return { address, channel, extraCa: null };
  try {
    const extraCa = readFileSync(file, 'utf8');
    if (extraCa.includes('-----BEGIN CERTIFICATE-----')) return { address, channel, extraCa };
    reader.fault('SALESFORCE_PUBSUB_CA_FILE', 'The file must hold a certificate in PEM form.');
  } catch {
    reader.fault('SALESFORCE_PUBSUB_CA_FILE', 'The file cannot be read.');
  }
  return null;
}

function readRecords(reader: Reader): SalesforceConfig['records'] {
  const logged = reader.optional('SALESFORCE_LOG_ACTIVITIES') ?? [];
  const activities = { invoices: logged.includes('invoices'), payments: logged.includes('payments') };
  const notices = reader.optional('SALESFORCE_NOTIFY_OWNERS') === 'on';
  if (reader.optional('SALESFORCE_OPPORTUNITIES') !== 'on') {
    if (notices)
      reader.fault('SALESFORCE_NOTIFY_OWNERS', 'It needs SALESFORCE_OPPORTUNITIES to be on: owners are told of those.');
    return { ...activities, deals: null, notices: false };
  }
  const currency = reader.required(
    'SALESFORCE_CURRENCY',
    'It is missing: an Opportunity has its amount in the currency of the org, and none is made in another one.',
  );
  const stage = reader.optional('SALESFORCE_OPPORTUNITY_STAGE') ?? 'Closed Won';
  return { ...activities, deals: currency === undefined ? null : { stage, currency }, notices };
}

function readSalesforce(reader: Reader): SalesforceConfig | null {
  const values = {
    loginUrl: reader.required('SALESFORCE_LOGIN_URL'),
    clientId: reader.required('SALESFORCE_CLIENT_ID'),
    username: reader.required('SALESFORCE_USERNAME'),
    privateKey: readPrivateKey(reader),
    orgId: reader.required('SALESFORCE_ORG_ID'),
  };
  const apiVersion = reader.optional('SALESFORCE_API_VERSION') ?? '66.0';
  const apiReserve = (reader.optional('SALESFORCE_API_RESERVE_PERCENT') ?? 20) / 100;
  const changeEvents = readChangeEvents(reader);
  const records = readRecords(reader);
  if (!complete(values)) return null;
  return { ...values, privateKey: new Secret(values.privateKey), apiVersion, apiReserve, changeEvents, records };
}

function readCatalog(reader: Reader, connections: readonly ConnectionConfig[]): CatalogConfig | null {
  const priceBook = reader.optional('CATALOG_PRICE_BOOK');
  const wanted = reader.optional('CATALOG_CONNECTIONS') ?? null;
  const unknown = (wanted ?? []).filter((name) => !connections.some(({ connection }) => connection === name));
  if (unknown.length > 0)
    reader.fault(
      'CATALOG_CONNECTIONS',
      `There is no connection ${unknown.join(', ')}; each part must be the name of one.`,
    );
  if (priceBook === undefined) {
    if (wanted !== null && !reader.isSet('CATALOG_PRICE_BOOK'))
      reader.fault('CATALOG_PRICE_BOOK', 'It is missing, though CATALOG_CONNECTIONS is there; set both or none.');
    return null;
  }
  const currency = reader.required(
    'SALESFORCE_CURRENCY',
    'It is missing: a price book has its prices in the currency of the org, and none is written in another one.',
  );
  return currency === undefined ? null : { priceBook, currency, connections: wanted };
}

/** The connections that the environment alone makes, `stripe` and `zuora`, and those of the file. */
function readConnections(reader: Reader, env: Readonly<Record<string, string | undefined>>): ConnectionConfig[] {
  const faultsBefore = reader.faults.length;
  const connections: ConnectionConfig[] = [];
  const systems = [
    { connection: 'stripe', system: 'Stripe', names: STRIPE_NAMES, read: readStripe },
    { connection: 'zuora', system: 'Zuora', names: ZUORA_NAMES, read: readZuora },
  ].filter(({ names }) => names.some((name) => reader.isSet(name)));
  for (const { connection, system, read } of systems) {
    const missing = `It is missing, though other settings of ${system} are there; set all of them or none.`;
    const config = read(reader, { connection, filter: NO_FILTER }, missing);
    if (config !== null) connections.push(config);
  }
  const path = reader.optional('CONNECTIONS_FILE');
  if (path !== undefined) {
    const names = systems.map(({ connection }) => connection);
    const file = readConnectionsFile(path, names, env);
    reader.faults.push(...file.faults);
    connections.push(...file.connections);
  }
  if (systems.length === 0 && connections.length === 0 && reader.faults.length === faultsBefore)
    reader.fault(
      'STRIPE_API_KEY',
      'No billing system is configured: set the variables that begin with STRIPE_, those that begin with ZUORA_, or CONNECTIONS_FILE.',
    );
  return connections;
}

function readMapping(reader: Reader): readonly MappingConfig[] {
  const path = reader.optional('MAPPING_FILE');
  if (path === undefined) return [];
  const { entries, faults } = readMappingFile(path);
  reader.faults.push(...faults);
  return entries;
}

function readReporting(reader: Reader): ReportingConfig {
  const path = reader.optional('REPORTING_FILE');
  if (path === undefined) return NO_REPORTING;
  const { reporting, faults } = readReportingFile(path);
  reader.faults.push(...faults);
  return reporting;
}

function readOrders(reader: Reader, connections: readonly ConnectionConfig[]): Config['orders'] {
  const path = reader.optional('ORDERS_FILE');
  if (path === undefined) return null;
  const { orders, faults } = readOrdersFile(path);
  reader.faults.push(...faults);
  const currency = reader.required(
    'SALESFORCE_CURRENCY',
    'It is missing: the prices of a deal are in the currency of the org where it has one alone.',
  );
  if (orders === null || currency === undefined) return null;
  for (const { connection: named } of orders.targets)
    if (!connections.some(({ connection }) => connection === named))
      reader.fault('ORDERS_FILE', `There is no connection ${named}; "connection" must be the name of one.`);
  return { ...orders, currency };
}

function readRenewals(reader: Reader): Config['renewals'] {
  const path = reader.optional('RENEWALS_FILE');
  if (path === undefined) return null;
  const { renewals, faults } = readRenewalsFile(path);
  reader.faults.push(...faults);
  const currency = reader.required(
    'SALESFORCE_CURRENCY',
    'It is missing: an Opportunity has its amount in the currency of the org, and none is made in another one.',
  );
  return renewals === null || currency === undefined ? null : { ...renewals, currency };
}

function readProvisioning(reader: Reader, connections: readonly ConnectionConfig[]): Config['provisioning'] {
  const path = reader.optional('PROVISIONING_FILE');
  if (path === undefined) return null;
  const { provisioning, faults } = readProvisioningFile(path);
  reader.faults.push(...faults);
  const currency = reader.required(
    'SALESFORCE_CURRENCY',
    'It is missing: a billing account is billed in the currency of the org where it has one alone.',
  );
  if (provisioning === null || currency === undefined) return null;
  const system = connections.find(({ connection }) => connection === provisioning.connection)?.system;
  if (system !== undefined) return { ...provisioning, system, currency };
  const problem = `There is no connection ${provisioning.connection}; "connection" must be the name of one.`;
  reader.fault('PROVISIONING_FILE', problem);
  return null;
}

function readBillTo(
  reader: Reader,
  connections: readonly ConnectionConfig[],
  mapping: Config['mapping'],
): BillToConfig {
  const path = reader.optional('BILL_TO_FILE');
  if (path === undefined) return {};
  const { billTo, faults } = readBillToFile(path);
  reader.faults.push(...faults);
  for (const problem of billToProblems(billTo ?? {}, connections, mapping)) reader.fault('BILL_TO_FILE', problem);
  return billTo ?? {};
}

/**
 * Reads the settings of the server.
 * @param env as `process.env`; an empty value counts as not set
 * @throws ConfigError that names every missing or wrong variable
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const reader = new Reader(fromEnvironment(env));
  const roles = reader.optional('ROLES') ?? ['web', 'worker'];
  const databaseUrl = reader.optional('DATABASE_URL');
  const settings = {
    port: reader.optional('PORT') ?? 4000,
    host: reader.optional('HOST') ?? '127.0.0.1',
    databaseUrl: databaseUrl === undefined ? null : new Secret(databaseUrl),
    sealKeys: readSealKeysText(reader),
    dataDir: resolve(reader.optional('DATA_DIR') ?? '.data'),
    roles: { web: roles.includes('web'), worker: roles.includes('worker') },
    logLevel: reader.optional('LOG_LEVEL') ?? 'info',
    businessClockUrl: reader.optional('BUSINESS_CLOCK_URL') ?? null,
    sweepSeconds: reader.optional('SWEEP_SECONDS') ?? 60,
    usagePollSeconds: reader.optional('USAGE_POLL_SECONDS') ?? 300,
    timeZone: reader.optional('TIME_ZONE') ?? 'UTC',
    mapping: readMapping(reader),
    reporting: readReporting(reader),
    orgRetention: reader.optional('ORG_RETENTION') ?? {},
    inboxDays: { payload: reader.optional('INBOX_PAYLOAD_DAYS') ?? 35, id: reader.optional('INBOX_ID_DAYS') ?? 90 },
  };
  if (settings.inboxDays.id < settings.inboxDays.payload)
    reader.fault(
      'INBOX_ID_DAYS',
      'It must not be less than INBOX_PAYLOAD_DAYS: a payload without its id is of no use.',
    );
  reader.optional('NODE_TLS_REJECT_UNAUTHORIZED');
  const connections = readConnections(reader, env);
  const salesforce = readSalesforce(reader);
  const catalog = readCatalog(reader, connections);
  const orders = readOrders(reader, connections);
  if (orders?.mode === 'assisted' && salesforce?.changeEvents === null)
    reader.fault(
      'ORDERS_FILE',
      'The mode "assisted" needs change events (SALESFORCE_PUBSUB_ADDRESS is "none"): nothing else proves who approved.',
    );
  const renewals = readRenewals(reader);
  const provisioning = readProvisioning(reader, connections);
  const billTo = readBillTo(reader, connections, settings.mapping);
  if (reader.faults.length > 0 || salesforce === null) throw new ConfigError(reader.faults);
  return { ...settings, connections, salesforce, catalog, orders, renewals, provisioning, billTo };
}
