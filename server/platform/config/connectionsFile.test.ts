import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig, type Config } from './config.ts';
import { ConfigError } from './configError.ts';

const folder = mkdtempSync(join(tmpdir(), 'billing-360-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const salesforce = {
  SALESFORCE_LOGIN_URL: 'https://acme.my.salesforce.com/',
  SALESFORCE_CLIENT_ID: '3MVG9',
  SALESFORCE_USERNAME: 'billing360@acme.example',
  SALESFORCE_PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  SALESFORCE_ORG_ID: '00D5g000001XyzAEAS',
};
const stripe = { name: 'stripe-eu', system: 'stripe', apiKey: 'rk_test_1', webhookSecrets: ['whsec_a'] };
const zuora = {
  name: 'zuora-apac',
  system: 'zuora',
  baseUrl: 'https://rest.apac.zuora.com',
  clientId: 'id',
  clientSecret: 'secret',
  calloutUser: 'zuora',
  calloutPassword: 'password',
};

function load(content: unknown, env: Record<string, string> = {}): Config {
  const path = join(folder, 'connections.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return loadConfig({ ...salesforce, CONNECTIONS_FILE: path, ...env });
}

function faultsOf(content: unknown, env: Record<string, string> = {}): Record<string, string> {
  try {
    load(content, env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return Object.fromEntries(
      error.faults.map(({ variable, problem }) => [variable.replace('CONNECTIONS_FILE connections', ''), problem]),
    );
  }
  return {};
}

describe('the file of connections', () => {
  it('adds any number of Stripe accounts and Zuora tenants to those of the environment', () => {
    const environment = { STRIPE_API_KEY: 'rk_test_0', STRIPE_WEBHOOK_SECRETS: 'whsec_0' };
    const { connections } = load({ connections: [stripe, zuora, { ...stripe, name: 'stripe-us' }] }, environment);
    expect(connections.map(({ connection, system }) => [connection, system])).toEqual([
      ['stripe', 'Stripe'],
      ['stripe-eu', 'Stripe'],
      ['zuora-apac', 'Zuora'],
      ['stripe-us', 'Stripe'],
    ]);
    expect(connections[2]).toMatchObject({
      accountIdField: 'CRMAccountId__c',
      dealField: 'OpportunityId__c',
      filter: { currencies: null, fields: {} },
    });
  });

  it('takes secrets as they are, from a variable or from a file, and prints none of them', () => {
    const secretFile = join(folder, 'secret');
    writeFileSync(secretFile, 'whsec_hidden2\n');
    const { connections } = load(
      {
        connections: [
          { ...stripe, apiKey: { env: 'EU_KEY' }, webhookSecrets: ['whsec_hidden1', { file: secretFile }] },
        ],
      },
      { EU_KEY: 'rk_test_hidden' },
    );
    const [config] = connections;
    if (config?.system !== 'Stripe') throw new Error('There is no connection of Stripe');
    expect(config.apiKey.reveal()).toBe('rk_test_hidden');
    expect(config.webhookSecrets.map((secret) => secret.reveal())).toEqual(['whsec_hidden1', 'whsec_hidden2']);
    expect(inspect(config, { depth: 9 }) + JSON.stringify(config)).not.toContain('hidden');
  });

  it('reads what is to be left out', () => {
    const filter = {
      objects: ['subscriptions', 'invoices'],
      currencies: ['eur'],
      fields: { region: ['EMEA', 'DACH'] },
    };
    expect(load({ connections: [{ ...stripe, filter }] }).connections[0]?.filter).toEqual({
      ...filter,
      currencies: ['EUR'],
    });
  });

  it.each([
    ['STRIPE', ''],
    ['a name with more than 20 letters', 'abcdefghijklmnopqrstu'],
    ['a key’s separator', 'stripe:eu'],
    ['a digit first', '1st'],
  ])('refuses %s as a name', (_, name) => {
    expect(faultsOf({ connections: [{ ...stripe, name }] })).toEqual({
      '[0].name': 'It must begin with a letter and hold up to 20 of a-z, 0-9 and -.',
    });
  });

  it('refuses names that stand for something else or are taken', () => {
    const environment = { STRIPE_API_KEY: 'rk_test_0', STRIPE_WEBHOOK_SECRETS: 'whsec_0' };
    const named = ['account', 'salesforce', 'stripe', 'one', 'one', 'match'].map((name) => ({ ...stripe, name }));
    expect(faultsOf({ connections: named }, environment)).toEqual({
      '[0].name': 'The name account stands for something else.',
      '[1].name': 'The name salesforce stands for something else.',
      '[2].name': 'Another connection has the name stripe.',
      '[4].name': 'Another connection has the name one.',
      '[5].name': 'The name match stands for something else.',
    });
  });

  it('lists every fault with the way to it', () => {
    expect(
      faultsOf({
        connections: [
          { name: 'a', system: 'paypal' },
          { name: 'b', system: 'stripe', apiKey: 'hunter2', webhookSecrets: [], colour: 'red' },
          { ...zuora, baseUrl: 'http://zuora.example.com', clientSecret: { env: 'NOWHERE' }, timeZone: 'Mars' },
          { ...stripe, apiKey: { file: '/nowhere' }, webhookSecrets: [{ from: 'vault' }] },
          {
            ...stripe,
            name: 'e',
            filter: { objects: ['usage', 'cats'], currencies: ['euro'], fields: { region: [] }, entity: 'x' },
          },
          { ...stripe, name: 'f', filter: { objects: ['usage'] } },
        ],
      }),
    ).toEqual({
      '[0].system': 'It must be stripe or zuora.',
      '[1].colour':
        'There is no such setting; there are name, system, filter, apiKey, webhookSecrets, apiBase, callsPerSecond, callsPerEndpointSecond, matchField, createAccounts, personRecordType, dashboardUrl.',
      '[1].apiKey': 'It must be a secret or restricted key of Stripe.',
      '[1].webhookSecrets': 'It is missing.',
      '[2].baseUrl': 'It must begin with https; plain http is allowed on this machine only.',
      '[2].clientSecret': 'The environment variable NOWHERE is not set.',
      '[2].timeZone': 'It must be the name of a time zone.',
      '[3].apiKey': 'The file that it names cannot be read.',
      '[3].webhookSecrets[0]': 'It must be a text, or {"env": "NAME"} or {"file": "path"} that tells where it is.',
      '[4].filter.objects.1': 'Each part must be one of subscriptions, invoices, payments, usage.',
      '[4].filter.currencies.0': 'Each part must be the code of a currency.',
      '[4].filter.fields.region': 'It is empty; leave it out to take everything.',
      '[4].filter': 'Unrecognized key: "entity"',
      '[5].filter.objects': 'Usage is told by subscription: name subscriptions beside usage.',
    });
  });

  it.each([
    ['that is not there', { CONNECTIONS_FILE: '/nowhere/connections.json' }, {}, 'The file cannot be read.'],
    ['that is no JSON', {}, '{', 'The file is not valid JSON.'],
    ['that is a list', {}, [], 'Invalid input: expected object, received array.'],
  ])('refuses one %s', (_, env, content, problem) => {
    expect(faultsOf(content, env)).toEqual({ CONNECTIONS_FILE: problem });
  });

  it('refuses one without connections', () => {
    expect(faultsOf({ stripe })).toEqual({
      '': 'It must be a list of objects.',
      CONNECTIONS_FILE: 'Unrecognized key: "stripe".',
    });
  });

  it('gives an example for each fault', () => {
    expect(() => load({ connections: [{ ...stripe, apiKey: 'hunter2' }] })).toThrow(
      'The server cannot start: 1 setting is missing or wrong.\n' +
        '  CONNECTIONS_FILE connections[0].apiKey: It must be a secret or restricted key of Stripe. Example: "apiKey": "rk_live_..."',
    );
  });
});
