import { randomBytes } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { freePort, startBackend } from '../support/backend.ts';
import { createTestDatabase, testFolder } from '../support/postgres.ts';
import { secretsOf } from '../support/secrets.ts';

const dataDir = testFolder();
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const settings = {
  DATA_DIR: dataDir,
  STRIPE_API_KEY: 'sk_test_1',
  STRIPE_WEBHOOK_SECRETS: 'whsec_1',
  STRIPE_API_BASE: 'http://127.0.0.1:9',
  SALESFORCE_LOGIN_URL: 'http://127.0.0.1:9',
  SALESFORCE_CLIENT_ID: 'client',
  SALESFORCE_USERNAME: 'integration@example.com',
  SALESFORCE_PRIVATE_KEY: secretsOf().salesforcePrivateKey,
  SALESFORCE_ORG_ID: '00D5g0000000001EAA',
  SALESFORCE_PUBSUB_ADDRESS: 'none',
  SEAL_KEYS: `k1:${randomBytes(32).toString('base64')}`,
};

/** @returns what the backend printed when it refused to start */
async function refusal(env: Record<string, string>): Promise<string> {
  const error = await startBackend({ PORT: String(await freePort()), ...env }).then(
    async (backend) => {
      await backend.stop();
      return new Error('It started.');
    },
    (reason: Error) => reason,
  );
  expect(error.message).toContain('ended with 1');
  expect(error.message).not.toMatch(/\n\s+at /);
  return error.message;
}

describe('a start that cannot be', () => {
  it('names every missing setting at once, with an example and no stack', async () => {
    const text = await refusal({});
    for (const name of ['SALESFORCE_LOGIN_URL', 'SALESFORCE_CLIENT_ID', 'SALESFORCE_USERNAME', 'SALESFORCE_ORG_ID'])
      expect(text).toContain(`${name}=`);
  });

  it('names every malformed setting at once', async () => {
    const text = await refusal({
      ...settings,
      PORT: 'many',
      SALESFORCE_ORG_ID: 'short',
      SALESFORCE_PUBSUB_ADDRESS: 'none',
      SALESFORCE_PRIVATE_KEY: 'no key',
      SWEEP_SECONDS: '-1',
      TIME_ZONE: 'Mars/Base',
      ZUORA_BASE_URL: 'https://rest.zuora.com',
    });
    for (const name of [
      'PORT',
      'SALESFORCE_ORG_ID',
      'SALESFORCE_PRIVATE_KEY',
      'SWEEP_SECONDS',
      'TIME_ZONE',
      'ZUORA_CLIENT_ID',
      'ZUORA_CALLOUT_PASSWORD',
    ])
      expect(text).toContain(`${name}:`);
  });

  it('names a port that is in use, and the setting that moves it', async () => {
    const database = await createTestDatabase();
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const text = await refusal({ ...settings, DATABASE_URL: database.url, PORT: String(port) });
    expect(text).toContain(`Port ${port}`);
    expect(text).toContain('Set PORT');
    holder.close();
    await database.close();
  });

  it('says that the database of DATABASE_URL does not answer', async () => {
    const text = await refusal({ ...settings, DATABASE_URL: 'postgres://nobody:nothing@127.0.0.1:9/none' });
    expect(text).toContain('DATABASE_URL');
    expect(text).not.toContain('nothing@');
  });
});

describe('a start', () => {
  it('needs no billing system to answer, and waits for Salesforce', async () => {
    const backend = await startBackend({ ...settings, PORT: String(await freePort()) });
    expect((await fetch(`${backend.url}/healthz`)).status).toBe(200);
    expect(await backend.stop()).toBe(0);
  });
});
