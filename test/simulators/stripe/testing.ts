import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';
import { SimClock } from '../kit/clock.ts';
import { startStripeSim, type StripeSim, type StripeSimOptions } from './main.ts';

/** A clock that stands still between moves, so that a slow machine changes no second. */
class FrozenClock extends SimClock {
  #instant = new Date('2026-03-01T12:00:00Z');

  override now(): Date {
    return this.#instant;
  }

  moveTo(instant: string): void {
    this.#instant = new Date(instant);
    this.setOffset(this.#instant.getTime() - Date.now());
  }
}

/** A simulator with the official client on it, at a fixed time. */
export type Rig = {
  sim: StripeSim;
  stripe: Stripe;
  clock: SimClock;
  /** Moves the simulator's clock to an ISO 8601 instant. */
  at(instant: string): void;
  /** Advances a test clock to an ISO 8601 instant, and returns when it is ready. */
  advance(clock: string, instant: string): Promise<void>;
  /** Types of the events since `mark`, oldest first. */
  eventTypes(mark?: number): string[];
  mark(): number;
  /** POST of a helper under /__sim/act. */
  act(name: string, body: object): Promise<{ status: number; body: Record<string, unknown> & { events: string[] } }>;
  /** A customer whose default card is a new one of this kind. */
  customer(card?: string, more?: Stripe.CustomerCreateParams): Promise<Stripe.Customer>;
  /** A recurring price; monthly unless said otherwise. */
  price(more?: Partial<Stripe.PriceCreateParams>): Promise<Stripe.Price>;
};

export function clientFor(sim: StripeSim, key = sim.secretKey, config: Stripe.StripeConfig = {}): Stripe {
  const { hostname, port } = new URL(sim.url);
  return new Stripe(key, { host: hostname, port, protocol: 'http', telemetry: false, maxNetworkRetries: 0, ...config });
}

export async function startRig(options: StripeSimOptions = {}): Promise<Rig> {
  const clock = new FrozenClock();
  const sim = await startStripeSim({ clock, ...options });
  const stripe = clientFor(sim);
  return {
    sim,
    stripe,
    clock,
    at: (instant) => clock.moveTo(instant),
    async advance(clock, instant) {
      let state = await stripe.testHelpers.testClocks.advance(clock, { frozen_time: Date.parse(instant) / 1000 });
      while (state.status === 'advancing') state = await stripe.testHelpers.testClocks.retrieve(clock);
    },
    mark: () => sim.world.all('events').length,
    eventTypes: (mark = 0) =>
      sim.world
        .all('events')
        .slice(mark)
        .map((event) => event.type),
    async act(name, body) {
      const response = await fetch(`${sim.url}/__sim/act/${name}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
      return {
        status: response.status,
        body: (await response.json()) as Record<string, unknown> & { events: string[] },
      };
    },
    customer: (card = 'pm_card_visa', more = {}) =>
      stripe.customers.create({
        name: 'Acme',
        email: 'billing@acme.example',
        payment_method: card,
        invoice_settings: { default_payment_method: card },
        ...more,
      }),
    async price(more = {}) {
      const product = await stripe.products.create({ name: 'Pro' });
      return await stripe.prices.create({
        product: product.id,
        currency: 'usd',
        unit_amount: 2_000,
        recurring: { interval: 'month' },
        ...more,
      });
    },
  };
}

export type Received = { signature: string; body: string };

/** A webhook endpoint that keeps what it gets and answers with what `status` says. */
export async function startReceiver(
  status: (attempt: number) => number = () => 200,
): Promise<{ url: string; received: Received[]; close(): Promise<void> }> {
  const received: Received[] = [];
  const server: Server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      received.push({
        signature: String(req.headers['stripe-signature']),
        body: Buffer.concat(chunks).toString('utf8'),
      });
      res.writeHead(status(received.length)).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
