import { Connection } from 'jsforce';
import { createSign, generateKeyPairSync } from 'node:crypto';
import { SimClock } from '../kit/clock.ts';
import { startSalesforceSim, type RunningSalesforce } from './main.ts';
import { USERS } from './org/seed.ts';
import type { FieldValue } from './org/types.ts';

export const NOW = '2026-11-21T09:30:00.000Z';
export const CLIENT_ID = 'backend-of-the-tests';

const keys = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

/** The certificate's part of the app that `assertionFor` signs for. */
export const PUBLIC_KEY = keys.publicKey;

export type Person = keyof typeof USERS;
export type Answer = { status: number; body: unknown; headers: Headers };

/** JWT of the bearer flow; `claims` go over the right ones. */
export function assertionFor(sim: RunningSalesforce, username: string, claims: Record<string, unknown> = {}): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const good = { iss: CLIENT_ID, sub: username, aud: sim.url, exp: Math.floor(Date.now() / 1000) + 180 };
  const unsigned = `${encode({ alg: 'RS256' })}.${encode({ ...good, ...claims })}`;
  return `${unsigned}.${createSign('RSA-SHA256').update(unsigned).sign(keys.privateKey, 'base64url')}`;
}

/** A simulated org over HTTP at a fixed time, with one connected app. */
export async function startTestOrg(): Promise<RunningSalesforce> {
  return startSalesforceSim({
    clock: new SimClock(Date.parse(NOW) - Date.now()),
    connectedApps: [
      { clientId: CLIENT_ID, publicKeyPem: keys.publicKey },
      { clientId: 'secret-app', clientSecret: 'open sesame', runAs: USERS.integration },
      { clientId: 'app-of-nobody', clientSecret: 'open sesame' },
    ],
  });
}

/** jsforce, logged in by JWT bearer; it logs in again when its session has expired. */
export async function connect(sim: RunningSalesforce, person: Person = 'integration'): Promise<Connection> {
  const grant = () => ({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer' as const,
    assertion: assertionFor(sim, USERS[person]),
  });
  const connection = new Connection({
    loginUrl: sim.url,
    version: '66.0',
    refreshFn: (conn, done) => {
      conn.authorize(grant()).then(
        () => done(null, conn.accessToken ?? undefined),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    },
  });
  await connection.authorize(grant());
  return connection;
}

/** Plain calls below `/services/data/v66.0` as one person. */
export function callsOf(sim: RunningSalesforce, person: Person) {
  const token = sim.tokenFor(USERS[person]);
  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(`${sim.url}/services/data/v66.0${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
  };
  return {
    call,
    /** Records of a query, or its errors. */
    async query(soql: string): Promise<Answer> {
      return call('GET', `/query?q=${encodeURIComponent(soql)}`);
    },
  };
}

/** An Account of a person; @returns its id */
export function accountOf(sim: RunningSalesforce, person: Person, fields: Record<string, FieldValue> = {}): string {
  const userId = sim.org.userNamed(USERS[person])!.Id;
  const [result] = sim.org.insert('Account', [{ Name: 'Acme', ...fields }], { userId });
  return result!.id!;
}
