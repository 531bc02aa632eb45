import { createHmac } from 'node:crypto';
import Stripe from 'stripe';
import { createStripeConnection, type Connection } from '../../server/connectors/stripe/connection.ts';
import { STRIPE_ORDER_SETTINGS, type StripeOrderSettings } from '../../server/connectors/stripe/orders/settings.ts';
import type { BillingFieldNames } from '../../server/workflows/ports/billingFields.ts';
import { SimClock } from '../simulators/kit/clock.ts';
import { startStripeSim, type StripeSim } from '../simulators/stripe/main.ts';
import { Bench, startIntake } from './bench.ts';

const SECRET = 'whsec_contract';

/** A simulated Stripe, the connector on it, and a bench that works what its webhooks tell. */
export type StripeRig = {
  clock: SimClock;
  sim: StripeSim;
  stripe: Stripe;
  connection: Connection;
  /** What takes orders, of a connection of its own with these settings. */
  orderDesk(settings?: Partial<StripeOrderSettings>): Connection['orders'];
  bench: Bench;
  statuses: number[];
  /** Lets webhooks arrive, then works every key. */
  work(): Promise<void>;
  /** Lets the time pass (real time) after which what was read of the catalog is read again. */
  passCaches(): void;
  /** Lets a day pass (real time), for the lists of objects; signatures of webhooks are too old from then on. */
  passDay(): void;
  /** Takes an event in that Stripe did not send; signed as it would. */
  deliver(event: object): void;
  /** A customer with a good card that names an Account. */
  customer(accountId: string): Promise<string>;
  /** Switch of the simulator, such as `fail-payment`. */
  act(name: string, body: object): Promise<void>;
  close(): Promise<void>;
};

/** @param fields metadata that are kept */
export async function startStripeRig(fields?: BillingFieldNames): Promise<StripeRig> {
  const clock = new SimClock(Date.parse('2026-11-21T09:00:00Z') - Date.now());
  let passed = 0;
  const intake = await startIntake(
    () => connection.verifier,
    (events) => bench.receive(events),
  );
  const sim = await startStripeSim({ clock, webhookEndpoints: [{ url: intake.url, secret: SECRET }] });
  const connection = createStripeConnection(
    {
      connection: 'stripe',
      apiKey: sim.secretKey,
      webhookSecrets: ['whsec_old', SECRET],
      apiBase: sim.url,
      ...(fields && { fields }),
    },
    {
      clock: { now: () => new Date(Date.now() + passed), businessNow: () => clock.now() },
      mirror: {
        recordsOf: (keys) => bench.mirror.recordsOf(keys),
        accountsAfter: (...page) => bench.mirror.accountsAfter(...page),
      },
    },
  );
  const bench = new Bench([connection.billing], () => clock.now());
  const { hostname, port } = new URL(sim.url);
  const stripe = new Stripe(sim.secretKey, { host: hostname, port, protocol: 'http', telemetry: false });
  return {
    clock,
    sim,
    stripe,
    connection,
    orderDesk(settings) {
      const orders = { ...STRIPE_ORDER_SETTINGS, ...settings };
      const access = { connection: 'stripe', apiKey: sim.secretKey, webhookSecrets: [SECRET], apiBase: sim.url };
      const clocks = { clock: { now: () => new Date(), businessNow: () => clock.now() } };
      return createStripeConnection({ ...access, orders }, clocks).orders;
    },
    bench,
    statuses: intake.statuses,
    async work() {
      await sim.settled();
      await bench.work();
    },
    passCaches() {
      passed += 61_000;
    },
    passDay() {
      passed += 86_400_000;
    },
    deliver(event) {
      const body = JSON.stringify(event);
      const at = Math.floor(Date.now() / 1000);
      const v1 = createHmac('sha256', SECRET).update(`${at}.${body}`).digest('hex');
      const headers = { 'stripe-signature': `t=${at},v1=${v1}` };
      bench.receive(connection.verifier.verify({ method: 'POST', headers, query: {}, rawBody: Buffer.from(body) }));
    },
    async customer(accountId) {
      const { id } = await stripe.customers.create({
        name: 'Acme',
        email: 'billing@acme.example',
        payment_method: 'pm_card_visa',
        invoice_settings: { default_payment_method: 'pm_card_visa' },
        metadata: { salesforce_account_id: accountId },
      });
      return id;
    },
    async act(name, body) {
      const response = await fetch(`${sim.url}/__sim/act/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(`could not ${name}: ${await response.text()}`);
    },
    async close() {
      await sim.close();
      await intake.close();
    },
  };
}
