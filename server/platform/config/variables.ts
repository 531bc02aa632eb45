import { z } from 'zod';
import { readSealKeys } from '../seal.ts';
import { calloutCredentials } from './calloutCredentials.ts';

/** What an environment variable may hold, and a value to show to whoever set it wrongly. */
export type Variable = { schema: z.ZodType<unknown, string>; example: string };

const text = z.string();
const wholeNumber = (least: number, most: number) =>
  text
    .regex(/^\d+$/, 'It must be a whole number.')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `It must lie between ${least} and ${most}.`);

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}

/** An address without credentials, query or fragment; plain http only on this machine. */
const address = text.transform((value, context) => {
  const url = URL.canParse(value) ? new URL(value) : null;
  const problem =
    url === null || !['http:', 'https:'].includes(url.protocol)
      ? 'It must be a web address.'
      : url.username !== '' || url.password !== '' || url.hash !== ''
        ? 'It must hold neither a user nor a fragment.'
        : url.protocol === 'http:' && !isLoopback(url.hostname)
          ? 'It must begin with https; plain http is allowed on this machine only.'
          : null;
  if (problem !== null) {
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  }
  return value.replace(/\/+$/, '');
});

const timeZone = text.refine((value) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }) !== null;
  } catch {
    return false;
  }
}, 'It must be the name of a time zone.');

const list = text.transform((value) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);
const onOrOff = z.enum(['off', 'on'], 'It must be off or on.');
const developerName = text.regex(/^[A-Za-z]\w*$/, 'It must be the developer name of a record type.');
/** Documents of billing that can be logged as activities. */
const LOGGED = ['invoices', 'payments'] as const;
const postgresUrl = text.regex(/^postgres(ql)?:\/\//, 'It must be the address of a Postgres database.');
const privateKey = text
  .transform((value) => value.replaceAll('\\n', '\n').trim())
  .refine(
    (value) => /^-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+-----END [A-Z ]*PRIVATE KEY-----$/.test(value),
    'It must be a private key in PEM form.',
  );

const sealKeys = text.superRefine((value, context) => {
  const keys = readSealKeys(value);
  if (typeof keys === 'string') context.addIssue({ code: 'custom', message: keys });
});

/** What falls out of the org by age, and rows of which billing has nothing any more. */
const RETAINED = [
  'Billing_Event__c',
  'Usage__c',
  'Billing_Invoice_Item__c',
  'Billing_Payment__c',
  'Billing_MRR_Month__c',
  'Dunning_Case__c',
  'Billing_Charge__c',
  'Removed',
] as const;
export type RetainedName = (typeof RETAINED)[number];
export type KeepTime = { count: number; unit: 'days' | 'months' };

const orgRetention = list.transform((parts, context) => {
  const kept: Partial<Record<RetainedName, KeepTime | null>> = {};
  for (const part of parts) {
    const [, name, count, unit] = /^(\w+)=(?:(\d{1,5})([dm])|never)$/.exec(part) ?? [];
    const known = RETAINED.find((one) => one === name);
    const problem =
      name === undefined
        ? `${part} is not understood: each part is a name with days, months or never (Usage__c=25m).`
        : known === undefined
          ? `Nothing of ${name} falls out; there are ${RETAINED.join(', ')}.`
          : known in kept
            ? `${known} is there twice.`
            : count !== undefined && Number(count) === 0
              ? `${known} must be kept for a day at least.`
              : known === 'Removed' && unit === 'm'
                ? 'Removed is told in days (Removed=90d).'
                : null;
    if (problem !== null) {
      context.addIssue({ code: 'custom', message: problem });
      return z.NEVER;
    }
    kept[known!] = count === undefined ? null : { count: Number(count), unit: unit === 'm' ? 'months' : 'days' };
  }
  return kept;
});

/** Every environment variable that the server reads. */
export const VARIABLES = {
  PORT: { schema: wholeNumber(0, 65535), example: '4000' },
  HOST: { schema: text, example: '127.0.0.1' },
  DATABASE_URL: { schema: postgresUrl, example: 'postgresql://user:password@db.example.com/billing360' },
  DATA_DIR: { schema: text, example: '.data' },
  SEAL_KEYS: { schema: sealKeys, example: 'k2:<32 bytes in base64>,k1:<32 bytes in base64>' },
  SEAL_KEYS_FILE: { schema: text, example: '/run/secrets/seal-keys' },
  ROLES: {
    schema: list.pipe(z.array(z.enum(['web', 'worker'], 'It must name web, worker or both.')).min(1, 'It is empty.')),
    example: 'web,worker',
  },
  LOG_LEVEL: {
    schema: z.enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'It must be fatal, error, warn, info, debug, trace or silent.',
    ),
    example: 'info',
  },
  STRIPE_API_KEY: {
    schema: text.regex(/^(sk|rk)_\w+$/, 'It must be a secret or restricted key of Stripe.'),
    example: 'rk_live_...',
  },
  STRIPE_WEBHOOK_SECRETS: {
    schema: list.pipe(
      z
        .array(text.regex(/^whsec_\S+$/, 'Each part must be a signing secret of Stripe.'))
        .min(1, 'It must hold at least one signing secret.'),
    ),
    example: 'whsec_...,whsec_...',
  },
  STRIPE_API_BASE: { schema: address, example: 'https://api.stripe.com' },
  STRIPE_CALLS_PER_SECOND: { schema: wholeNumber(1, 100_000), example: '100' },
  STRIPE_CALLS_PER_ENDPOINT_SECOND: { schema: wholeNumber(1, 100_000), example: '25' },
  STRIPE_MATCH_FIELD: {
    schema: text.regex(/^[A-Za-z]\w*$/, 'It must be the API name of a field of Account.'),
    example: 'Stripe_Customer__c',
  },
  STRIPE_CREATE_ACCOUNTS: { schema: onOrOff, example: 'off' },
  STRIPE_PERSON_RECORD_TYPE: { schema: developerName, example: 'PersonAccount' },
  STRIPE_DASHBOARD_URL: { schema: address, example: 'https://dashboard.stripe.com' },
  ZUORA_BASE_URL: { schema: address, example: 'https://rest.na.zuora.com' },
  ZUORA_CLIENT_ID: { schema: text, example: '3f1c...' },
  ZUORA_CLIENT_SECRET: { schema: text, example: 'Jk8s...' },
  ZUORA_CALLOUT_USER: { schema: text.regex(/^[^:]+$/, 'It must not hold a colon.'), example: 'zuora' },
  ZUORA_CALLOUT_PASSWORD: { schema: text, example: 'a-long-random-text' },
  ZUORA_CALLOUT_CREDENTIALS: {
    schema: calloutCredentials,
    example:
      '[{"kind":"hmac","header":"X-Signature","signed":"{{Request.Headers.Date}}{{Request.Body}}","secret":"..."}]',
  },
  ZUORA_ACCOUNT_ID_FIELD: {
    schema: text.regex(/^[A-Za-z]\w*__c$/, 'It must be the API name of a custom field.'),
    example: 'CRMAccountId__c',
  },
  ZUORA_DEAL_FIELD: {
    schema: text.regex(/^[A-Za-z]\w*__c$/, 'It must be the API name of a custom field.'),
    example: 'OpportunityId__c',
  },
  ZUORA_TIME_ZONE: { schema: timeZone, example: 'America/Los_Angeles' },
  ZUORA_TENANT_KIND: {
    schema: z.enum(
      ['production', 'central-sandbox', 'developer-sandbox', 'api-sandbox'],
      'It must be production, central-sandbox, developer-sandbox or api-sandbox.',
    ),
    example: 'production',
  },
  ZUORA_MATCH_FIELD: {
    schema: text.regex(/^[A-Za-z]\w*$/, 'It must be the API name of a field of Account.'),
    example: 'Zuora_Account__c',
  },
  ZUORA_CREATE_ACCOUNTS: { schema: onOrOff, example: 'off' },
  ZUORA_PERSON_RECORD_TYPE: { schema: developerName, example: 'PersonAccount' },
  ZUORA_UI_URL: { schema: address, example: 'https://na.zuora.com' },
  CONNECTIONS_FILE: { schema: text, example: '/etc/billing-360/connections.json' },
  SALESFORCE_LOGIN_URL: { schema: address, example: 'https://login.salesforce.com' },
  SALESFORCE_CLIENT_ID: { schema: text, example: '3MVG9...' },
  SALESFORCE_USERNAME: { schema: text, example: 'billing360@acme.example' },
  SALESFORCE_PRIVATE_KEY: {
    schema: privateKey,
    example: '"-----BEGIN PRIVATE KEY-----\\n...\\n-----END PRIVATE KEY-----"',
  },
  SALESFORCE_PRIVATE_KEY_FILE: { schema: text, example: '/run/secrets/salesforce.pem' },
  SALESFORCE_API_VERSION: { schema: text.regex(/^\d{2,3}\.0$/, 'It must be a version such as 66.0.'), example: '66.0' },
  SALESFORCE_LOG_ACTIVITIES: {
    schema: list.pipe(z.array(z.enum(LOGGED, `Each part must be one of ${LOGGED.join(', ')}.`))),
    example: 'invoices,payments',
  },
  SALESFORCE_OPPORTUNITIES: { schema: onOrOff, example: 'on' },
  SALESFORCE_OPPORTUNITY_STAGE: { schema: text.max(255, 'It must be the name of a stage.'), example: 'Closed Won' },
  SALESFORCE_NOTIFY_OWNERS: { schema: onOrOff, example: 'on' },
  SALESFORCE_CURRENCY: {
    schema: text.regex(/^[A-Z]{3}$/, 'It must be the code of the currency of the org, such as USD.'),
    example: 'USD',
  },
  CATALOG_PRICE_BOOK: {
    schema: text.max(255, 'It must be the name of a price book, or its id.'),
    example: 'Billing',
  },
  CATALOG_CONNECTIONS: { schema: list, example: 'stripe,zuora' },
  SALESFORCE_API_RESERVE_PERCENT: { schema: wholeNumber(0, 90), example: '20' },
  SALESFORCE_ORG_ID: {
    schema: text.regex(/^00D[A-Za-z0-9]{15}$/, 'It must be the 18-character id of the org.'),
    example: '00D5g000001XyzAEAS',
  },
  SALESFORCE_PUBSUB_ADDRESS: {
    schema: text.regex(/^(none|[A-Za-z0-9.-]+:\d{1,5})$/, 'It must be host:port, or none to go without change events.'),
    example: 'api.pubsub.salesforce.com:7443',
  },
  SALESFORCE_PUBSUB_CA_FILE: { schema: text, example: '/run/secrets/ca.pem' },
  SALESFORCE_CHANNEL: {
    schema: text.regex(/^[A-Za-z]\w*__chn$/, 'It must be the API name of a custom channel, which ends in __chn.'),
    example: 'Billing360__chn',
  },
  NODE_TLS_REJECT_UNAUTHORIZED: {
    schema: text.refine(
      (value) => value !== '0',
      'It must not be 0: certificates are always verified. Name the file of your own authority in NODE_EXTRA_CA_CERTS.',
    ),
    example: '1',
  },
  MAPPING_FILE: { schema: text, example: '/etc/billing-360/mapping.json' },
  REPORTING_FILE: { schema: text, example: '/etc/billing-360/reporting.json' },
  ORDERS_FILE: { schema: text, example: '/etc/billing-360/orders.json' },
  BILL_TO_FILE: { schema: text, example: '/etc/billing-360/bill-to.json' },
  RENEWALS_FILE: { schema: text, example: '/etc/billing-360/renewals.json' },
  PROVISIONING_FILE: { schema: text, example: '/etc/billing-360/provisioning.json' },
  ORG_RETENTION: {
    schema: orgRetention,
    example: 'Billing_Event__c=90d,Usage__c=25m,Billing_Charge__c=never,Removed=90d',
  },
  BUSINESS_CLOCK_URL: { schema: address, example: 'http://127.0.0.1:4100/__sim/clock' },
  SWEEP_SECONDS: { schema: wholeNumber(1, 86_400), example: '60' },
  USAGE_POLL_SECONDS: { schema: wholeNumber(1, 86_400), example: '300' },
  TIME_ZONE: { schema: timeZone, example: 'UTC' },
  INBOX_PAYLOAD_DAYS: { schema: wholeNumber(1, 3650), example: '35' },
  INBOX_ID_DAYS: { schema: wholeNumber(1, 3650), example: '90' },
} as const satisfies Record<string, Variable>;

export type VariableName = keyof typeof VARIABLES;
export type VariableValue<Name extends VariableName> = z.output<(typeof VARIABLES)[Name]['schema']>;
