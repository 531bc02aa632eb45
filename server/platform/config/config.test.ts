import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './config.ts';
import { ConfigError } from './configError.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const salesforce = {
  SALESFORCE_LOGIN_URL: 'https://acme.my.salesforce.com/',
  SALESFORCE_CLIENT_ID: '3MVG9',
  SALESFORCE_USERNAME: 'billing360@acme.example',
  SALESFORCE_PRIVATE_KEY: pem.replaceAll('\n', '\\n'),
  SALESFORCE_ORG_ID: '00D5g000001XyzAEAS',
};

const stripe = { STRIPE_API_KEY: 'rk_test_1', STRIPE_WEBHOOK_SECRETS: 'whsec_a' };

function faultsOf(env: Record<string, string>): Record<string, string> {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError)
      return Object.fromEntries(error.faults.map(({ variable, problem }) => [variable, problem]));
    throw error;
  }
  return {};
}

describe('loadConfig', () => {
  it('fills in what need not be set', () => {
    const config = loadConfig({ ...salesforce, ...stripe });
    expect(config).toMatchObject({
      port: 4000,
      host: '127.0.0.1',
      databaseUrl: null,
      roles: { web: true, worker: true },
      logLevel: 'info',
      connections: [{ connection: 'stripe', system: 'Stripe' }],
      sweepSeconds: 60,
      usagePollSeconds: 300,
      timeZone: 'UTC',
      salesforce: { loginUrl: 'https://acme.my.salesforce.com', apiVersion: '66.0' },
    });
    expect(config.salesforce.privateKey.reveal()).toBe(pem.trim());
  });

  it('makes no Accounts unless it is told to, and only understands on and off', () => {
    const of = (more: Record<string, string>) => loadConfig({ ...salesforce, ...stripe, ...more }).connections[0];
    expect(of({})).toMatchObject({ createAccounts: false, personRecordType: null });
    const set = { STRIPE_CREATE_ACCOUNTS: 'on', STRIPE_PERSON_RECORD_TYPE: 'PersonAccount' };
    expect(of(set)).toMatchObject({ createAccounts: true, personRecordType: 'PersonAccount' });
    expect(
      faultsOf({
        ...salesforce,
        ...stripe,
        STRIPE_CREATE_ACCOUNTS: 'yes',
        STRIPE_PERSON_RECORD_TYPE: 'Person Account',
      }),
    ).toEqual({
      STRIPE_CREATE_ACCOUNTS: 'It must be off or on.',
      STRIPE_PERSON_RECORD_TYPE: 'It must be the developer name of a record type.',
    });
  });

  it('makes activities and deals of what it is told, and deals only with the currency of the org', () => {
    const of = (more: Record<string, string>) => loadConfig({ ...salesforce, ...stripe, ...more }).salesforce.records;
    expect(of({})).toEqual({ invoices: false, payments: false, deals: null, notices: false });
    expect(of({ SALESFORCE_LOG_ACTIVITIES: 'payments' })).toMatchObject({ invoices: false, payments: true });
    const deals = { SALESFORCE_OPPORTUNITIES: 'on', SALESFORCE_CURRENCY: 'EUR' };
    expect(of(deals).deals).toEqual({ stage: 'Closed Won', currency: 'EUR' });
    expect(of({ ...deals, SALESFORCE_OPPORTUNITY_STAGE: 'Won' }).deals).toEqual({ stage: 'Won', currency: 'EUR' });
    expect(of({ ...deals, SALESFORCE_NOTIFY_OWNERS: 'on' })).toMatchObject({ notices: true });
    expect(of(deals)).toMatchObject({ notices: false });
    expect(faultsOf({ ...salesforce, ...stripe, SALESFORCE_NOTIFY_OWNERS: 'on' })).toEqual({
      SALESFORCE_NOTIFY_OWNERS: 'It needs SALESFORCE_OPPORTUNITIES to be on: owners are told of those.',
    });
    const wrong = { SALESFORCE_LOG_ACTIVITIES: 'invoices,emails', SALESFORCE_OPPORTUNITIES: 'on' };
    expect(faultsOf({ ...salesforce, ...stripe, ...wrong })).toEqual({
      SALESFORCE_LOG_ACTIVITIES: 'Each part must be one of invoices, payments.',
      SALESFORCE_CURRENCY:
        'It is missing: an Opportunity has its amount in the currency of the org, and none is made in another one.',
    });
    expect(faultsOf({ ...salesforce, ...stripe, ...deals, SALESFORCE_CURRENCY: 'euro' })).toEqual({
      SALESFORCE_CURRENCY: 'It must be the code of the currency of the org, such as USD.',
    });
  });

  it('sells by a price book only with the currency of the org, of connections that there are', () => {
    const of = (more: Record<string, string>) => loadConfig({ ...salesforce, ...stripe, ...more }).catalog;
    const on = { CATALOG_PRICE_BOOK: 'Sales', SALESFORCE_CURRENCY: 'EUR' };
    expect(of({})).toBeNull();
    expect(of({ SALESFORCE_CURRENCY: 'EUR' })).toBeNull();
    expect(of(on)).toEqual({ priceBook: 'Sales', currency: 'EUR', connections: null });
    expect(of({ ...on, CATALOG_CONNECTIONS: 'stripe' })).toMatchObject({ connections: ['stripe'] });
    expect(faultsOf({ ...salesforce, ...stripe, CATALOG_PRICE_BOOK: 'Sales', CATALOG_CONNECTIONS: 'zuora' })).toEqual({
      SALESFORCE_CURRENCY:
        'It is missing: a price book has its prices in the currency of the org, and none is written in another one.',
      CATALOG_CONNECTIONS: 'There is no connection zuora; each part must be the name of one.',
    });
    expect(faultsOf({ ...salesforce, ...stripe, CATALOG_CONNECTIONS: 'stripe' })).toEqual({
      CATALOG_PRICE_BOOK: 'It is missing, though CATALOG_CONNECTIONS is there; set both or none.',
    });
    expect(faultsOf({ ...salesforce, ...stripe, ...on, CATALOG_PRICE_BOOK: 'x'.repeat(256) })).toEqual({
      CATALOG_PRICE_BOOK: 'It must be the name of a price book, or its id.',
    });
  });

  it('wants at least one billing system', () => {
    expect(faultsOf(salesforce)['STRIPE_API_KEY']).toMatch(/^No billing system is configured/);
  });

  it('reads both billing systems', () => {
    const config = loadConfig({
      ...salesforce,
      STRIPE_API_KEY: 'rk_test_1',
      STRIPE_WEBHOOK_SECRETS: 'whsec_a, whsec_b',
      ZUORA_BASE_URL: 'http://127.0.0.1:4300',
      ZUORA_CLIENT_ID: 'id',
      ZUORA_CLIENT_SECRET: 'secret',
      ZUORA_CALLOUT_USER: 'zuora',
      ZUORA_CALLOUT_PASSWORD: 'password',
    });
    const [stripeConfig, zuoraConfig] = config.connections;
    expect(stripeConfig).toMatchObject({ connection: 'stripe', system: 'Stripe' });
    const secrets = stripeConfig?.system === 'Stripe' ? stripeConfig.webhookSecrets : [];
    expect(secrets.map((secret) => secret.reveal())).toEqual(['whsec_a', 'whsec_b']);
    expect(zuoraConfig).toMatchObject({
      connection: 'zuora',
      accountIdField: 'CRMAccountId__c',
      dealField: 'OpportunityId__c',
      timeZone: 'America/Los_Angeles',
    });
  });

  const zuora = { ZUORA_BASE_URL: 'http://127.0.0.1:4300', ZUORA_CLIENT_ID: 'id', ZUORA_CLIENT_SECRET: 'secret' };
  const list = '[{"kind":"header","name":"X-Key","value":"a-long-random-text"}]';

  it.each([
    ['a login', { ZUORA_CALLOUT_USER: 'u', ZUORA_CALLOUT_PASSWORD: 'p' }, ['basic']],
    ['a list', { ZUORA_CALLOUT_CREDENTIALS: list }, ['header']],
    [
      'both',
      { ZUORA_CALLOUT_USER: 'u', ZUORA_CALLOUT_PASSWORD: 'p', ZUORA_CALLOUT_CREDENTIALS: list },
      ['basic', 'header'],
    ],
  ])('takes what proves callouts of Zuora from %s, and prints none of it', (_, variables, kinds) => {
    const [connection] = loadConfig({ ...salesforce, ...zuora, ...variables }).connections;
    const callouts = connection?.system === 'Zuora' ? connection.callouts : [];
    expect(callouts.map(({ kind }) => kind)).toEqual(kinds);
    expect(JSON.stringify(callouts)).not.toContain('random');
  });

  it.each([
    ['{}', 'Invalid input: expected array, received object'],
    ['[]', 'It is empty.'],
    ['x', 'It must be a list in JSON.'],
    ['[{"kind":"header","name":"X-Key","value":"short"}]', 'Entry 1, value: It must have at least 16 characters.'],
    [
      '[{"kind":"hmac","header":"X","secret":"s","signed":"{{Request.Url}}{{Request.Body}}"}]',
      'Entry 1, signed: It may hold {{Request.Body}} and {{Request.Headers.<Name>}} only.',
    ],
    [
      '[{"kind":"hmac","header":"X","secret":"s","signed":"{{Request.Headers.Date}}"}]',
      'Entry 1, signed: It must hold {{Request.Body}}: what is not signed could have been changed.',
    ],
    ['[{"kind":"basic","user":"a:b","password":"p"}]', 'Entry 1, user: It must not hold a colon.'],
  ])('refuses the list %s of what proves callouts with the place of the fault', (text, problem) => {
    expect(faultsOf({ ...salesforce, ...zuora, ZUORA_CALLOUT_CREDENTIALS: text })).toEqual({
      ZUORA_CALLOUT_CREDENTIALS: problem,
    });
  });

  it('names everything that is missing or wrong at once', () => {
    expect(
      faultsOf({
        PORT: '70000',
        ROLES: 'web,cron',
        LOG_LEVEL: 'loud',
        DATABASE_URL: 'mysql://x',
        TIME_ZONE: 'Mars/Olympus',
        STRIPE_API_KEY: 'rk_test_1',
        ZUORA_CLIENT_ID: 'id',
        ZUORA_BASE_URL: 'http://zuora.example.com',
        SALESFORCE_LOGIN_URL: 'not an address',
        SALESFORCE_ORG_ID: '00D5g000001Xyz',
      }),
    ).toEqual({
      PORT: 'It must lie between 0 and 65535.',
      ROLES: 'It must name web, worker or both.',
      LOG_LEVEL: 'It must be fatal, error, warn, info, debug, trace or silent.',
      DATABASE_URL: 'It must be the address of a Postgres database.',
      TIME_ZONE: 'It must be the name of a time zone.',
      STRIPE_WEBHOOK_SECRETS: 'It is missing, though other settings of Stripe are there; set all of them or none.',
      ZUORA_BASE_URL: 'It must begin with https; plain http is allowed on this machine only.',
      ZUORA_CLIENT_SECRET: 'It is missing, though other settings of Zuora are there; set all of them or none.',
      ZUORA_CALLOUT_USER: 'It is missing, though other settings of Zuora are there; set all of them or none.',
      ZUORA_CALLOUT_PASSWORD: 'It is missing, though other settings of Zuora are there; set all of them or none.',
      SALESFORCE_LOGIN_URL: 'It must be a web address.',
      SALESFORCE_CLIENT_ID: 'It is missing.',
      SALESFORCE_USERNAME: 'It is missing.',
      SALESFORCE_PRIVATE_KEY: 'It is missing; SALESFORCE_PRIVATE_KEY_FILE would do instead.',
      SALESFORCE_ORG_ID: 'It must be the 18-character id of the org.',
      SEAL_KEYS: expect.stringMatching(/^It is missing: access tokens are kept .* Make one with: node -e /),
    });
  });

  it('takes keys that seal stored secrets from the environment or from a file, and shows none of them', () => {
    const key = `k1:${randomBytes(32).toString('base64')}`;
    const database = { ...salesforce, ...stripe, DATABASE_URL: 'postgres://db.example.com/billing360' };
    expect(loadConfig({ ...database, SEAL_KEYS: key }).sealKeys?.reveal()).toBe(key);
    expect(inspect(loadConfig({ ...database, SEAL_KEYS: key }))).not.toContain(key);
    const file = join(mkdtempSync(join(tmpdir(), 'billing-360-config-')), 'keys');
    writeFileSync(file, `${key}\n`);
    expect(
      loadConfig({ ...database, SEAL_KEYS_FILE: file })
        .sealKeys?.reveal()
        .trim(),
    ).toBe(key);
    expect(loadConfig({ ...salesforce, ...stripe }).sealKeys).toBeNull();

    expect(faultsOf({ ...database, SEAL_KEYS: 'k1:c2hvcnQ=' })['SEAL_KEYS']).toMatch(/^Each part must be a short name/);
    expect(faultsOf({ ...database, SEAL_KEYS: `${key},${key}` })['SEAL_KEYS']).toMatch(/^Two keys have the same name/);
    expect(faultsOf({ ...database, SEAL_KEYS: key, SEAL_KEYS_FILE: file })['SEAL_KEYS']).toMatch(/keep one of them/);
    expect(faultsOf({ ...database, SEAL_KEYS_FILE: '/nowhere/keys' })['SEAL_KEYS_FILE']).toBe(
      'The file cannot be read.',
    );
    writeFileSync(file, 'nothing of use');
    expect(faultsOf({ ...database, SEAL_KEYS_FILE: file })['SEAL_KEYS_FILE']).toMatch(/^Each part must be/);
  });

  it('refuses to run where certificates are not verified', () => {
    const env = { ...salesforce, ...stripe, NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    expect(faultsOf(env)['NODE_TLS_REJECT_UNAUTHORIZED']).toMatch(/^It must not be 0: .* NODE_EXTRA_CA_CERTS\.$/);
  });

  it('refuses to forget the id of an event before its payload', () => {
    const env = { ...salesforce, ...stripe, INBOX_PAYLOAD_DAYS: '40', INBOX_ID_DAYS: '39' };
    expect(faultsOf(env)).toEqual({
      INBOX_ID_DAYS: 'It must not be less than INBOX_PAYLOAD_DAYS: a payload without its id is of no use.',
    });
  });

  it('gives an example for each fault and repeats no value', () => {
    const message = (() => {
      try {
        loadConfig({ ...salesforce, STRIPE_API_KEY: 'hunter2', STRIPE_WEBHOOK_SECRETS: 'whsec_a', PORT: '' });
      } catch (error) {
        return error instanceof Error ? error.message : '';
      }
      return '';
    })();
    expect(message).toBe(
      'The server cannot start: 1 setting is missing or wrong.\n' +
        '  STRIPE_API_KEY: It must be a secret or restricted key of Stripe. Example: STRIPE_API_KEY=rk_live_...',
    );
  });

  it('says that a key file cannot be read', () => {
    const { SALESFORCE_PRIVATE_KEY: _, ...rest } = salesforce;
    expect(faultsOf({ ...rest, ...stripe, SALESFORCE_PRIVATE_KEY_FILE: '/nowhere/key.pem' })).toEqual({
      SALESFORCE_PRIVATE_KEY_FILE: 'The file cannot be read.',
    });
  });

  it('shows no secret, however it is printed', () => {
    const config = loadConfig({
      ...salesforce,
      STRIPE_API_KEY: 'sk_test_hidden',
      STRIPE_WEBHOOK_SECRETS: 'whsec_hidden',
    });
    for (const shown of [inspect(config, { depth: 9 }), JSON.stringify(config), String(config.connections[0])]) {
      expect(shown).not.toContain('hidden');
      expect(shown).not.toContain('PRIVATE KEY');
    }
  });
});
