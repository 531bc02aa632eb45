import { startSim, type RunningSim, type SimOptions } from '../kit/sim.ts';
import { SimState } from '../kit/state.ts';
import { addActs } from './switches/act.ts';
import { addCatalogRoutes } from './catalog/catalog.ts';
import { addCustomerRoutes } from './customers/customers.ts';
import { addPaymentPageRoutes } from './checkout/paymentPages.ts';
import { addCheckoutRoutes } from './checkout/sessions.ts';
import { addCouponRoutes } from './catalog/discounts.ts';
import { addTaxRateRoutes } from './catalog/taxRates.ts';
import { DueQueue } from './time/due.ts';
import { addTestClockRoutes, finishAdvancing } from './time/testClocks.ts';
import { addEventRoutes, addWebhookEndpoint } from './events/events.ts';
import { deliverEvents } from './events/delivery.ts';
import { addDestinationRoutes } from './events/destinations.ts';
import { addInvoiceRoutes } from './invoices/invoices.ts';
import { addMeterRoutes } from './usage/meters.ts';
import { addBuyerPages } from './switches/buyerPages.ts';
import { addHolderPages } from './switches/holderPages.ts';
import { addInvoicePages } from './switches/invoicePages.ts';
import { addPages } from './switches/pages.ts';
import { addPortalRoutes } from './portal/sessions.ts';
import { addPaymentMethodRoutes } from './payments/paymentMethods.ts';
import { addPaymentRoutes } from './payments/paymentRoutes.ts';
import { addKeySwitch } from './protocol/keys.ts';
import { addLimitSwitch, Limits } from './protocol/limits.ts';
import { stripeProtocol, unknownUrls } from './protocol/protocol.ts';
import { addPreviewRoutes } from './previews/preview.ts';
import { addSearchRoutes } from './search/search.ts';
import { addScheduleRoutes } from './schedules/schedules.ts';
import { addSubscriptionItemRoutes } from './subscriptions/subscriptionItems.ts';
import { addSubscriptionRoutes } from './subscriptions/subscriptions.ts';
import { emptyState, type State } from './state.ts';
import { World } from './world.ts';

export type StripeSimOptions = SimOptions & {
  /** Keeps the state here for the next start; absent: in memory only. */
  stateFile?: string;
  secretKey?: string;
  /** `acct_…`; one of its own for a second simulated account. */
  accountId?: string;
  /** Endpoints that are there from the start, in place of those of the last start. */
  webhookEndpoints?: { url: string; secret: string }[];
  /** How long, in real time, a test clock takes until it is where it is advanced to; 25 ms unless told. */
  advanceMs?: number;
  /** Base of links such as `request_log_url`. */
  dashboardUrl?: string;
};

export type StripeSim = RunningSim & {
  /** What the product gives to `new Stripe(secretKey, …)`. */
  secretKey: string;
  /** Signing secret of the first endpoint; empty when there is none. */
  webhookSecret: string;
  addWebhookEndpoint(url: string): { id: string; secret: string };
  /** True when the state came from the file of an earlier run. */
  restored: boolean;
  /** Resolves once everything that is due has happened and every webhook has arrived; retries count as on their way. */
  settled(): Promise<void>;
  /** State and time of the simulated account, for tests in the same process. */
  world: World;
};

const configured = 'configured at start';

/** Starts a simulated Stripe account that answers the official `stripe` package (API 2026-10-28.endive). */
export async function startStripeSim(options: StripeSimOptions = {}): Promise<StripeSim> {
  const secretKey = options.secretKey ?? 'sk_test_sim_51Billing360';
  const store = new SimState<State>(options.stateFile, emptyState);
  const endpoints = options.webhookEndpoints ?? [];
  const limits = new Limits();
  let world: World | undefined;
  let queue: DueQueue | undefined;
  const endings: (() => void)[] = [];

  const configure = (one: World): void => {
    for (const endpoint of one.all('webhookEndpoints'))
      if (endpoint.description === configured) one.remove('webhookEndpoints', endpoint);
    for (const { url, secret } of endpoints) addWebhookEndpoint(one, { url, description: configured }, secret);
  };

  const sim = await startSim(
    options,
    (ctx) => {
      const made = new World(
        store,
        ctx.clock,
        ctx.calls,
        options.dashboardUrl ?? 'https://dashboard.stripe.com/test',
        options.accountId ?? 'acct_1SimBilling360',
      );
      world = made;
      configure(made);
      const post = deliverEvents(made, ctx.webhooks);
      addActs(ctx.app, made);
      addPages(ctx.app, made);
      addHolderPages(ctx.app, made);
      addInvoicePages(ctx.app, made);
      addBuyerPages(ctx.app, made);
      const guard = { world: made, limits, secretKey };
      addLimitSwitch(ctx.app, limits);
      addKeySwitch(ctx.app, made);
      const routes = stripeProtocol(ctx.app, guard);
      addSearchRoutes(routes, made);
      addCustomerRoutes(routes, made);
      addPaymentMethodRoutes(routes, made);
      addCatalogRoutes(routes, made);
      addCouponRoutes(routes, made);
      addTaxRateRoutes(routes, made);
      addSubscriptionRoutes(routes, made);
      addSubscriptionItemRoutes(routes, made);
      addScheduleRoutes(routes, made);
      addPreviewRoutes(routes, made);
      addInvoiceRoutes(routes, made);
      addPaymentRoutes(routes, made);
      addMeterRoutes(routes, made, post);
      addTestClockRoutes(routes, made, (work) => void setTimeout(work, options.advanceMs ?? 25).unref());
      addCheckoutRoutes(routes, made);
      addPaymentPageRoutes(routes, made);
      addPortalRoutes(routes, made);
      addEventRoutes(routes, made);
      addDestinationRoutes(routes, made, post);
      unknownUrls(ctx.app, guard);
      queue = new DueQueue(made);
      queue.rebuild();
      const work = () => queue?.workOff();
      endings.push(ctx.clock.onMove(work));
      const tick = setInterval(work, 1_000);
      tick.unref();
      endings.push(() => clearInterval(tick));
    },
    {
      reset: () => {
        store.reset();
        limits.reset();
        if (world) configure(world);
        queue?.rebuild();
      },
      close: () => {
        for (const end of endings) end();
        store.flush();
      },
    },
  );
  const made = world!;
  made.url = sim.url;
  // What an earlier run left on the way.
  finishAdvancing(made);
  return {
    ...sim,
    secretKey,
    webhookSecret: endpoints[0]?.secret ?? '',
    addWebhookEndpoint: (url) => {
      const { id } = addWebhookEndpoint(made, { url });
      return { id, secret: made.state.secrets[id] ?? '' };
    },
    restored: store.restored,
    settled: async () => {
      queue?.workOff();
      finishAdvancing(made);
      await sim.ctx.webhooks.idle();
    },
    world: made,
  };
}

if (import.meta.main) {
  const port = Number(process.env['PORT'] ?? 4200);
  const sim = await startStripeSim({ port });
  process.stdout.write(`Stripe simulator at ${sim.url}, key ${sim.secretKey}\n`);
}
