import type { CalloutCredential } from './calloutCredentials.ts';
import { complete, type Reader } from './reader.ts';
import { Secret } from './secret.ts';
import type { VariableValue } from './variables.ts';

/** Parts of a billing account that a connection may leave out. */
export const FILTERED_OBJECTS = ['subscriptions', 'invoices', 'payments', 'usage'] as const;

/** What of a billing system is shown in Salesforce; what a filter leaves out is neither kept nor written. */
export type FilterConfig = {
  /** Kinds of objects that are taken, besides the billing accounts themselves. */
  objects: readonly (typeof FILTERED_OBJECTS)[number][];
  /** Only billing accounts in one of these currencies (ISO 4217); null for all. */
  currencies: readonly string[] | null;
  /** Only billing accounts whose metadata (Stripe) or custom field (Zuora) of this name has one of these values. */
  fields: Readonly<Record<string, readonly string[]>>;
};

export const NO_FILTER: FilterConfig = { objects: FILTERED_OBJECTS, currencies: null, fields: {} };

type ConnectionBase = {
  /** First part of all keys of the connection; fixed for ever. */
  connection: string;
  filter: FilterConfig;
};

/** How the Accounts of its customers are found. */
type MatchConfig = {
  /** Field of the Salesforce Account that holds the customer's id, number or key; null when there is none. */
  matchField: string | null;
  /** Whether an Account is made for a customer with a subscription or an invoice whom Salesforce does not know. */
  createAccounts: boolean;
  /** Developer name of the record type of Person Accounts that are made; null to make none. */
  personRecordType: string | null;
};

export type StripeConfig = ConnectionBase &
  MatchConfig & {
    system: 'Stripe';
    apiKey: Secret;
    /** Signing secrets that are accepted; several while one is being replaced. */
    webhookSecrets: readonly Secret[];
    /** null for Stripe itself. */
    apiBase: string | null;
    dashboardUrl: string;
    /** Calls that the account may make, in all and to one endpoint; null for what Stripe allows every account. */
    callsPerSecond: number | null;
    callsPerEndpointSecond: number | null;
  };

export type ZuoraConfig = ConnectionBase &
  MatchConfig & {
    system: 'Zuora';
    baseUrl: string;
    clientId: string;
    clientSecret: Secret;
    /** How callouts may prove where they come from; several while one replaces another. */
    callouts: readonly CalloutCredential[];
    /** Field of the Zuora account that holds the Salesforce id of its Account. */
    accountIdField: string;
    /** Field of orders and of subscriptions that holds the Salesforce id of their Opportunity. */
    dealField: string;
    /** Decides how often the tenant may be called. */
    tenantKind: VariableValue<'ZUORA_TENANT_KIND'>;
    /** Time zone of the tenant. */
    timeZone: string;
    uiUrl: string;
  };

/** One Stripe account or Zuora tenant. */
export type ConnectionConfig = StripeConfig | ZuoraConfig;

/** Variables of which one alone means that the billing system is to be connected. */
export const STRIPE_NAMES = ['STRIPE_API_KEY', 'STRIPE_WEBHOOK_SECRETS', 'STRIPE_API_BASE'] as const;
export const ZUORA_NAMES = [
  'ZUORA_BASE_URL',
  'ZUORA_CLIENT_ID',
  'ZUORA_CLIENT_SECRET',
  'ZUORA_CALLOUT_USER',
  'ZUORA_CALLOUT_PASSWORD',
  'ZUORA_CALLOUT_CREDENTIALS',
] as const;

function readMatch(reader: Reader, system: 'STRIPE' | 'ZUORA'): MatchConfig {
  return {
    matchField: reader.optional(`${system}_MATCH_FIELD`) ?? null,
    createAccounts: reader.optional(`${system}_CREATE_ACCOUNTS`) === 'on',
    personRecordType: reader.optional(`${system}_PERSON_RECORD_TYPE`) ?? null,
  };
}

/**
 * @param missing said of a setting that is not there
 * @returns null when something is missing or wrong, which the reader remembers
 */
export function readStripe(reader: Reader, base: ConnectionBase, missing?: string): StripeConfig | null {
  const values = {
    apiKey: reader.required('STRIPE_API_KEY', missing),
    webhookSecrets: reader.required('STRIPE_WEBHOOK_SECRETS', missing),
  };
  const apiBase = reader.optional('STRIPE_API_BASE') ?? null;
  const dashboardUrl = reader.optional('STRIPE_DASHBOARD_URL') ?? 'https://dashboard.stripe.com';
  const callsPerSecond = reader.optional('STRIPE_CALLS_PER_SECOND') ?? null;
  const callsPerEndpointSecond = reader.optional('STRIPE_CALLS_PER_ENDPOINT_SECOND') ?? null;
  const match = readMatch(reader, 'STRIPE');
  if (!complete(values)) return null;
  return {
    ...base,
    system: 'Stripe',
    callsPerSecond,
    callsPerEndpointSecond,
    ...match,
    apiKey: new Secret(values.apiKey),
    webhookSecrets: values.webhookSecrets.map((value) => new Secret(value)),
    apiBase,
    dashboardUrl,
  };
}

/** The login of its own settings, and the list, which may hold other kinds and the login that it replaces. */
function readCallouts(reader: Reader, missing?: string): CalloutCredential[] | undefined {
  const listed = reader.optional('ZUORA_CALLOUT_CREDENTIALS') ?? [];
  const withLogin = reader.isSet('ZUORA_CALLOUT_USER') || reader.isSet('ZUORA_CALLOUT_PASSWORD');
  if (!withLogin && reader.isSet('ZUORA_CALLOUT_CREDENTIALS')) return listed;
  const user = reader.required('ZUORA_CALLOUT_USER', missing);
  const password = reader.required('ZUORA_CALLOUT_PASSWORD', missing);
  if (user === undefined || password === undefined) return undefined;
  return [{ kind: 'basic', user, password: new Secret(password) }, ...listed];
}

/** As `readStripe`. */
export function readZuora(reader: Reader, base: ConnectionBase, missing?: string): ZuoraConfig | null {
  const values = {
    baseUrl: reader.required('ZUORA_BASE_URL', missing),
    clientId: reader.required('ZUORA_CLIENT_ID', missing),
    clientSecret: reader.required('ZUORA_CLIENT_SECRET', missing),
    callouts: readCallouts(reader, missing),
  };
  const accountIdField = reader.optional('ZUORA_ACCOUNT_ID_FIELD') ?? 'CRMAccountId__c';
  const dealField = reader.optional('ZUORA_DEAL_FIELD') ?? 'OpportunityId__c';
  const tenantKind = reader.optional('ZUORA_TENANT_KIND') ?? 'production';
  const timeZone = reader.optional('ZUORA_TIME_ZONE') ?? 'America/Los_Angeles';
  const uiUrl = reader.optional('ZUORA_UI_URL') ?? 'https://na.zuora.com';
  const match = readMatch(reader, 'ZUORA');
  if (!complete(values)) return null;
  return {
    ...base,
    ...values,
    system: 'Zuora',
    clientSecret: new Secret(values.clientSecret),
    accountIdField,
    dealField,
    tenantKind,
    timeZone,
    uiUrl,
    ...match,
  };
}
