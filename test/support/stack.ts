import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { join } from 'node:path';
import { SimClock } from '../simulators/kit/clock.ts';
import { startSalesforceSim } from '../simulators/salesforce/main.ts';
import { startStripeSim } from '../simulators/stripe/main.ts';
import { startZuoraSim } from '../simulators/zuora/main.ts';
import { freePort, startBackend, type Backend } from './backend.ts';
import { testFolder } from './postgres.ts';
import { secretsOf, type Secrets } from './secrets.ts';

export type StackOptions = {
  /** Ports to listen on; any free ones when absent. */
  ports?: { backend: number; org: number; orgTls: number; pubsub: number; stripe: number; zuora: number };
  /**
   * Serves the org over TLS too, with change events over the Pub/Sub API that the backend follows; without it the backend
   * finds changes in Salesforce by its sweep alone.
   */
  tls?: boolean;
  /** Has the channel tell the integration's own changes too; otherwise its filter leaves them out. */
  ownChanges?: boolean;
  /** Source folder of the package that the org has; this repository's when absent, none when null: then set-up is not done either. */
  forceApp?: string | null;
  /** Accounts of the org may be people; off when absent. */
  personAccounts?: boolean;
  /** Keeps state and credentials here for the next start; without it everything is gone after stop(). */
  dataDir?: string;
  /** Postgres for the backend; its own embedded one when absent. */
  databaseUrl?: string;
  /** Settings of the backend on top of those that the simulators need. */
  env?: Record<string, string>;
  /** How long callouts of the org wait for an answer, ms; as long as Salesforce's own when absent. */
  calloutTimeoutMs?: number;
  onProgress?: (text: string) => void;
  /** Builds the record pages before the stack counts as started; otherwise the first visitor waits for them. */
  pagesAtStart?: boolean;
};

export type Stack = {
  clock: SimClock;
  secrets: Secrets;
  org: Awaited<ReturnType<typeof startSalesforceSim>>;
  stripe: Awaited<ReturnType<typeof startStripeSim>>;
  zuora: Awaited<ReturnType<typeof startZuoraSim>>;
  backend: Backend;
  /** Settings that the backend runs with, for starting it again. */
  env: Record<string, string>;
  /** Starts the backend anew, with other settings where they are given. */
  restart(env?: Record<string, string>): Promise<void>;
  stop(): Promise<void>;
};

/** Starts the three simulators in this process and the backend in its own, wired to each other over HTTP. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const say = options.onProgress ?? (() => {});
  const dataDir = options.dataDir ?? testFolder();
  const keep = options.dataDir !== undefined;
  const file = (name: string) => (keep ? { stateFile: join(dataDir, 'simulators', `${name}.json`) } : {});
  const secrets = secretsOf(keep ? join(dataDir, 'secrets.json') : undefined);
  const clock = new SimClock();
  const backendPort = options.ports?.backend ?? (await freePort());
  const backendUrl = `http://127.0.0.1:${backendPort}`;
  const closing: (() => Promise<unknown>)[] = [];

  async function stop(): Promise<void> {
    for (const close of closing.splice(0).reverse()) await close();
    if (!keep) rmSync(dataDir, { recursive: true, force: true });
  }

  try {
    say('Salesforce org');
    const org = await startSalesforceSim({
      clock,
      forceApp: options.forceApp,
      personAccounts: options.personAccounts,
      port: options.ports?.org,
      ...(options.tls
        ? {
            tls: {
              port: options.ports?.orgTls,
              certificateFile: keep ? join(dataDir, 'simulators', 'org.pem') : undefined,
            },
            pubsub: { port: options.ports?.pubsub },
          }
        : {}),
      connectedApps: [{ clientId: secrets.salesforceClientId, publicKeyPem: secrets.salesforcePublicKey }],
      onProgress: say,
      buildPages: options.pagesAtStart ? 'at start' : 'at first visit',
      ...(options.calloutTimeoutMs === undefined ? {} : { calloutTimeoutMs: options.calloutTimeoutMs }),
      ...file('salesforce'),
    });
    closing.push(() => org.close());
    if (org.pubsub && options.forceApp !== null) selectChanges(org, options.ownChanges ?? false);
    const changeEvents = org.pubsub ? changeEventsOf(org, dataDir) : { SALESFORCE_PUBSUB_ADDRESS: 'none' };
    say('Stripe');
    const stripe = await startStripeSim({
      clock,
      port: options.ports?.stripe,
      secretKey: secrets.stripeSecretKey,
      webhookEndpoints: [{ url: `${backendUrl}/webhooks/stripe`, secret: secrets.stripeWebhookSecret }],
      ...file('stripe'),
    });
    closing.push(() => stripe.close());
    say('Zuora');
    const zuora = await startZuoraSim({
      clock,
      port: options.ports?.zuora,
      clientId: secrets.zuoraClientId,
      clientSecret: secrets.zuoraClientSecret,
      callouts: [{ url: `${backendUrl}/webhooks/zuora`, user: secrets.calloutUser, password: secrets.calloutPassword }],
      ...file('zuora'),
    });
    closing.push(() => zuora.close());
    say('Backend');
    const env: Record<string, string> = {
      PORT: String(backendPort),
      DATA_DIR: dataDir,
      ...(options.databaseUrl
        ? { DATABASE_URL: options.databaseUrl, SEAL_KEYS: `k1:${randomBytes(32).toString('base64')}` }
        : {}),
      // The simulators have no limits until they are switched on.
      STRIPE_CALLS_PER_SECOND: '1000',
      STRIPE_CALLS_PER_ENDPOINT_SECOND: '1000',
      STRIPE_API_KEY: secrets.stripeSecretKey,
      STRIPE_WEBHOOK_SECRETS: secrets.stripeWebhookSecret,
      STRIPE_API_BASE: stripe.url,
      STRIPE_DASHBOARD_URL: stripe.url,
      ZUORA_BASE_URL: zuora.url,
      ZUORA_CLIENT_ID: secrets.zuoraClientId,
      ZUORA_CLIENT_SECRET: secrets.zuoraClientSecret,
      ZUORA_CALLOUT_USER: secrets.calloutUser,
      ZUORA_CALLOUT_PASSWORD: secrets.calloutPassword,
      ZUORA_UI_URL: zuora.url,
      SALESFORCE_LOGIN_URL: org.url,
      SALESFORCE_CLIENT_ID: secrets.salesforceClientId,
      SALESFORCE_USERNAME: USERS.integration,
      SALESFORCE_PRIVATE_KEY: secrets.salesforcePrivateKey,
      SALESFORCE_ORG_ID: org.orgId,
      ...changeEvents,
      BUSINESS_CLOCK_URL: `${org.url}/__sim/clock`,
      USAGE_POLL_SECONDS: '5',
      SWEEP_SECONDS: '15',
      ...options.env,
    };
    const start = (settings: Record<string, string>) =>
      startBackend(settings, keep ? join(dataDir, 'backend.log') : undefined);
    const backend = await start(env);
    const stack: Stack = {
      clock,
      secrets,
      org,
      stripe,
      zuora,
      backend,
      env,
      async restart(settings = stack.env) {
        await stack.backend.stop();
        stack.env = settings;
        stack.backend = await start(settings);
      },
      stop,
    };
    closing.push(() => stack.backend.stop());
    return stack;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The channel that set-up makes in an org; its filter names the integration user, so that no package can hold it. */
function selectChanges(org: Stack['org'], ownChanges: boolean): void {
  const { channels } = org.changes;
  channels.saveChannel({ fullName: 'Billing360__chn', label: 'Billing 360', channelType: 'data' });
  const filter = ownChanges
    ? {}
    : { filterExpression: `ChangeEventHeader.commitUser != '${org.org.userNamed(USERS.integration)!.Id}'` };
  for (const entity of [
    'AccountChangeEvent',
    'ContactChangeEvent',
    'OpportunityChangeEvent',
    'Billing_Request__ChangeEvent',
  ])
    channels.saveMember({
      fullName: `Billing360_chn_${entity.replaceAll('__', '_')}`,
      eventChannel: 'Billing360__chn',
      selectedEntity: entity,
      enrichedFields: [],
      ...filter,
    });
}

function changeEventsOf(org: Stack['org'], dataDir: string): Record<string, string> {
  const caFile = join(dataDir, 'pubsub-ca.pem');
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(caFile, org.certificate!.cert);
  return { SALESFORCE_PUBSUB_ADDRESS: org.pubsub!, SALESFORCE_PUBSUB_CA_FILE: caFile };
}
