import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigError, type ConfigFault } from './configError.ts';
import { Secret } from './secret.ts';
import { VARIABLES, type VariableName, type VariableValue } from './variables.ts';

export type StripeConfig = {
  apiKey: Secret;
  /** Signing secrets that are accepted; several while one is being replaced. */
  webhookSecrets: readonly Secret[];
  /** null for Stripe itself. */
  apiBase: string | null;
  dashboardUrl: string;
};

export type ZuoraConfig = {
  baseUrl: string;
  clientId: string;
  clientSecret: Secret;
  calloutUser: string;
  calloutPassword: Secret;
  /** Field of the Zuora account that holds the Salesforce id of its Account. */
  accountIdField: string;
  /** Time zone of the tenant. */
  timeZone: string;
  uiUrl: string;
};

export type SalesforceConfig = {
  loginUrl: string;
  clientId: string;
  username: string;
  privateKey: Secret;
  apiVersion: string;
  /** 18 characters; the only org that is written to. */
  orgId: string;
};

export type Config = {
  port: number;
  host: string;
  /** null for the embedded database below `dataDir`. */
  databaseUrl: Secret | null;
  /** Absolute path. */
  dataDir: string;
  roles: { web: boolean; worker: boolean };
  logLevel: VariableValue<'LOG_LEVEL'>;
  /** null when Stripe is not connected. */
  stripe: StripeConfig | null;
  /** null when Zuora is not connected. */
  zuora: ZuoraConfig | null;
  salesforce: SalesforceConfig;
  /** Where business time is asked for; null for real time. */
  businessClockUrl: string | null;
  sweepSeconds: number;
  usagePollSeconds: number;
  /** Time zone of business days. */
  timeZone: string;
};

/** Reads variables one by one and remembers every fault. */
class Reader {
  readonly faults: ConfigFault[] = [];
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.#env = env;
  }

  isSet(name: VariableName): boolean {
    return (this.#env[name] ?? '').trim() !== '';
  }

  fault(variable: VariableName, problem: string): undefined {
    this.faults.push({ variable, problem, example: VARIABLES[variable].example });
    return undefined;
  }

  /** @returns undefined when it is not set or wrong; a wrong one is remembered */
  optional<Name extends VariableName>(name: Name): VariableValue<Name> | undefined {
    if (!this.isSet(name)) return undefined;
    const parsed = VARIABLES[name].schema.safeParse((this.#env[name] ?? '').trim());
    if (parsed.success) return parsed.data as VariableValue<Name>;
    return this.fault(name, parsed.error.issues[0]?.message ?? 'It is wrong.');
  }

  /** @returns undefined when it is missing or wrong, which is remembered */
  required<Name extends VariableName>(name: Name, reason = 'It is missing.'): VariableValue<Name> | undefined {
    return this.isSet(name) ? this.optional(name) : this.fault(name, reason);
  }
}

/** True when every value is there; what is missing has been remembered as a fault. */
function complete<T extends Record<string, unknown>>(values: T): values is T & { [K in keyof T]-?: NonNullable<T[K]> } {
  return Object.values(values).every((value) => value !== undefined);
}

const STRIPE_NAMES = ['STRIPE_API_KEY', 'STRIPE_WEBHOOK_SECRETS', 'STRIPE_API_BASE'] as const;
const ZUORA_NAMES = [
  'ZUORA_BASE_URL',
  'ZUORA_CLIENT_ID',
  'ZUORA_CLIENT_SECRET',
  'ZUORA_CALLOUT_USER',
  'ZUORA_CALLOUT_PASSWORD',
] as const;

function readStripe(reader: Reader): StripeConfig | null {
  if (!STRIPE_NAMES.some((name) => reader.isSet(name))) return null;
  const reason = 'It is missing, though other settings of Stripe are there; set all of them or none.';
  const values = {
    apiKey: reader.required('STRIPE_API_KEY', reason),
    webhookSecrets: reader.required('STRIPE_WEBHOOK_SECRETS', reason),
  };
  const apiBase = reader.optional('STRIPE_API_BASE') ?? null;
  const dashboardUrl = reader.optional('STRIPE_DASHBOARD_URL') ?? 'https://dashboard.stripe.com';
  if (!complete(values)) return null;
  return {
    apiKey: new Secret(values.apiKey),
    webhookSecrets: values.webhookSecrets.map((value) => new Secret(value)),
    apiBase,
    dashboardUrl,
  };
}

function readZuora(reader: Reader): ZuoraConfig | null {
  if (!ZUORA_NAMES.some((name) => reader.isSet(name))) return null;
  const reason = 'It is missing, though other settings of Zuora are there; set all of them or none.';
  const values = {
    baseUrl: reader.required('ZUORA_BASE_URL', reason),
    clientId: reader.required('ZUORA_CLIENT_ID', reason),
    clientSecret: reader.required('ZUORA_CLIENT_SECRET', reason),
    calloutUser: reader.required('ZUORA_CALLOUT_USER', reason),
    calloutPassword: reader.required('ZUORA_CALLOUT_PASSWORD', reason),
  };
  const accountIdField = reader.optional('ZUORA_ACCOUNT_ID_FIELD') ?? 'CRMAccountId__c';
  const timeZone = reader.optional('ZUORA_TIME_ZONE') ?? 'America/Los_Angeles';
  const uiUrl = reader.optional('ZUORA_UI_URL') ?? 'https://na.zuora.com';
  if (!complete(values)) return null;
  return {
    ...values,
    clientSecret: new Secret(values.clientSecret),
    calloutPassword: new Secret(values.calloutPassword),
    accountIdField,
    timeZone,
    uiUrl,
  };
}

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

function readSalesforce(reader: Reader): SalesforceConfig | null {
  const values = {
    loginUrl: reader.required('SALESFORCE_LOGIN_URL'),
    clientId: reader.required('SALESFORCE_CLIENT_ID'),
    username: reader.required('SALESFORCE_USERNAME'),
    privateKey: readPrivateKey(reader),
    orgId: reader.required('SALESFORCE_ORG_ID'),
  };
  const apiVersion = reader.optional('SALESFORCE_API_VERSION') ?? '66.0';
  return complete(values) ? { ...values, privateKey: new Secret(values.privateKey), apiVersion } : null;
}

/**
 * Reads the settings of the server.
 * @param env as `process.env`; an empty value counts as not set
 * @throws ConfigError that names every missing or wrong variable
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const reader = new Reader(env);
  const roles = reader.optional('ROLES') ?? ['web', 'worker'];
  const databaseUrl = reader.optional('DATABASE_URL');
  const settings = {
    port: reader.optional('PORT') ?? 4000,
    host: reader.optional('HOST') ?? '127.0.0.1',
    databaseUrl: databaseUrl === undefined ? null : new Secret(databaseUrl),
    dataDir: resolve(reader.optional('DATA_DIR') ?? '.data'),
    roles: { web: roles.includes('web'), worker: roles.includes('worker') },
    logLevel: reader.optional('LOG_LEVEL') ?? 'info',
    businessClockUrl: reader.optional('BUSINESS_CLOCK_URL') ?? null,
    sweepSeconds: reader.optional('SWEEP_SECONDS') ?? 60,
    usagePollSeconds: reader.optional('USAGE_POLL_SECONDS') ?? 300,
    timeZone: reader.optional('TIME_ZONE') ?? 'UTC',
  };
  if (![...STRIPE_NAMES, ...ZUORA_NAMES].some((name) => reader.isSet(name)))
    reader.fault(
      'STRIPE_API_KEY',
      'No billing system is configured: set the variables that begin with STRIPE_, those that begin with ZUORA_, or both.',
    );
  const stripe = readStripe(reader);
  const zuora = readZuora(reader);
  const salesforce = readSalesforce(reader);
  if (reader.faults.length > 0 || salesforce === null) throw new ConfigError(reader.faults);
  return { ...settings, stripe, zuora, salesforce };
}
