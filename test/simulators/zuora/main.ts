import express from 'express';
import type { SimContext, SimOptions, RunningSim } from '../kit/sim.ts';
import { startSim } from '../kit/sim.ts';
import { SimState } from '../kit/state.ts';
import { contactRoutes } from './accounts/contactRoutes.ts';
import { accountRoutes } from './accounts/routes.ts';
import { billRunRoutes, executeBillRuns } from './billing/billRunRoutes.ts';
import { creditMemoRoutes } from './billing/creditMemoRoutes.ts';
import { debitMemoRoutes } from './billing/debitMemoRoutes.ts';
import { invoiceRoutes } from './billing/invoiceRoutes.ts';
import { billingRoutes } from './billing/routes.ts';
import { runCalendar } from './calendar.ts';
import { notificationRoutes } from './callouts/definitionRoutes.ts';
import { calloutRoutes } from './callouts/routes.ts';
import { calloutSwitchRoutes } from './callouts/switches.ts';
import { catalogCrudRoutes } from './catalog/crud.ts';
import { catalogListRoutes, catalogSwitchRoutes } from './catalog/list.ts';
import { dataFormat, emptyTenant, type TenantData } from './model.ts';
import { objectQueryRoutes } from './objectQuery/routes.ts';
import { asyncOrderRoutes } from './orders/async.ts';
import { lineItemRoutes } from './orders/lineItemRoutes.ts';
import { orderListRoutes } from './orders/lists.ts';
import { orderOptions } from './orders/options.ts';
import { orderRoutes } from './orders/routes.ts';
import { chargebackRoutes } from './payments/chargeback.ts';
import { paymentMethodRoutes } from './payments/methodRoutes.ts';
import { refundRoutes } from './payments/refundRoutes.ts';
import { paymentRoutes } from './payments/routes.ts';
import { executePaymentRuns } from './payments/run.ts';
import { paymentRunRoutes } from './payments/runRoutes.ts';
import { checkBody } from './protocol/body.ts';
import { envelope } from './protocol/envelope.ts';
import { errorHandler } from './protocol/errors.ts';
import { idempotency } from './protocol/idempotency.ts';
import { limits } from './protocol/limits.ts';
import { bearer, oauthRoutes } from './protocol/oauth.ts';
import { readLag } from './protocol/readLag.ts';
import { isEarly, refusals } from './protocol/refusals.ts';
import { gateway, unknownRoute } from './protocol/unknown.ts';
import { versionsOfRequest } from './protocol/versions.ts';
import { legacyRoutes } from './subscriptions/legacyRoutes.ts';
import { rampRoutes } from './subscriptions/rampRoutes.ts';
import { ratePlanRoutes } from './subscriptions/ratePlanRoutes.ts';
import { actionRoutes } from './queries/zoqlRoutes.ts';
import { aquaRoutes } from './queries/aquaRoutes.ts';
import { crudRoutes } from './queries/crudRoutes.ts';
import { dataQueryRoutes } from './queries/dataQueryRoutes.ts';
import { subscriptionRoutes } from './subscriptions/routes.ts';
import { actRoutes } from './switches/act.ts';
import { optionRoutes } from './switches/options.ts';
import { Tenant, type CalloutTarget, type CustomFieldDefinitions } from './tenant.ts';
import { uiRoutes } from './ui/routes.ts';
import { readFiles } from './usage/file.ts';
import { usageRoutes } from './usage/routes.ts';

export type ZuoraSimOptions = SimOptions & {
  /** State is kept here between runs; in memory when absent. */
  stateFile?: string | undefined;
  clientId?: string | undefined;
  clientSecret?: string | undefined;
  /** Number of the tenant; one of its own for a second simulated tenant. */
  tenantId?: string | undefined;
  /** Zone of the tenant, in which every date is meant. */
  timeZone?: string | undefined;
  /** Where every event is sent. */
  callouts?: CalloutTarget[] | undefined;
  /** Between attempts of a callout, in ms (30 minutes in a real tenant). */
  calloutRetryMs?: number | undefined;
  /** Custom fields that the tenant has, by object; they replace the preset ones. */
  customFields?: Partial<CustomFieldDefinitions> | undefined;
  /** Address of the pages for people; the simulator's own when absent. */
  uiUrl?: string | undefined;
};

export type RunningZuoraSim = RunningSim & {
  clientId: string;
  clientSecret: string;
  timeZone: string;
  uiUrl: string;
  /** For tests in the same process. */
  tenant: Tenant;
};

const presetFields: CustomFieldDefinitions = {
  account: ['CRMAccountId__c'],
  invoice: [],
  order: ['OpportunityId__c'],
  orderAction: [],
  orderLineItem: [],
  product: [],
  productRatePlan: [],
  productRatePlanCharge: [],
  ratePlan: [],
  ratePlanCharge: [],
  subscription: ['OpportunityId__c'],
};

/** Starts a simulated Zuora tenant with orders, invoice settlement and object query enabled. See README.md. */
export async function startZuoraSim(options: ZuoraSimOptions): Promise<RunningZuoraSim> {
  const state = new SimState<TenantData>(options.stateFile, emptyTenant);
  if (state.data.format !== dataFormat)
    throw new Error(`${options.stateFile} was written by another version of the simulated Zuora; start without it.`);
  let tenant!: Tenant;
  let origin = '';
  const running = await startSim(
    options,
    (ctx) => {
      tenant = tenantOf(state, ctx, options);
      addRoutes(tenant, () => origin);
      ctx.clock.onMove(() => runCalendar(tenant));
      runCalendar(tenant);
    },
    {
      reset() {
        const { tokens } = state.data;
        state.reset();
        // Clients keep their tokens: an empty tenant is not another tenant.
        state.data.tokens = tokens;
        Object.assign(tenant.options, switchesOff());
        runCalendar(tenant);
      },
      close: () => state.flush(),
    },
  );
  origin = running.url;
  const { clientId, clientSecret, timeZone } = tenant;
  return { ...running, clientId, clientSecret, timeZone, uiUrl: options.uiUrl ?? running.url, tenant };
}

/** Switches that a reset brings back. */
const switchesOff = () => ({
  ...orderOptions(),
  jobMs: 0,
  callsPerMinute: null,
  callsPerHour: null,
  callsPerDay: null,
  inFlight: null,
  tokensPerMinute: 100,
  clientActive: true,
  refusals: [],
  readLagMs: 0,
  handlingMs: 0,
  pagingLoops: false,
});

function tenantOf(state: SimState<TenantData>, ctx: SimContext, options: ZuoraSimOptions): Tenant {
  return new Tenant({
    state,
    ctx,
    options: {
      callouts: options.callouts ?? [],
      calloutFormat: 'json',
      calloutRetryMs: options.calloutRetryMs ?? 2000,
      calloutAttempts: 3,
      declinedAttempt: 1,
      allSegments: 'flat',
      ...switchesOff(),
    },
    timeZone: options.timeZone ?? 'America/Los_Angeles',
    clientId: options.clientId ?? '5d1b0a2e-6f7c-4c1b-9a51-0d8f6a2c7e10',
    clientSecret: options.clientSecret ?? 'zuora-simulator-secret',
    tenantId: options.tenantId ?? '1',
    customFields: { ...presetFields, ...options.customFields },
  });
}

function addRoutes(tenant: Tenant, origin: () => string): void {
  const { app } = tenant.ctx;
  app.use(express.json({ limit: '5mb' }));
  app.use((_req, _res, next) => {
    runCalendar(tenant);
    executeBillRuns(tenant);
    executePaymentRuns(tenant);
    readFiles(tenant);
    next();
  });
  const dataQuery = dataQueryRoutes(tenant, origin);
  app.use(
    optionRoutes(tenant),
    catalogSwitchRoutes(tenant),
    actRoutes(tenant),
    uiRoutes(tenant),
    calloutSwitchRoutes(tenant),
    oauthRoutes(tenant),
    dataQuery.files,
  );
  app.use(limits(tenant), envelope(tenant), gateway(tenant), bearer(tenant), refusals(tenant, isEarly), checkBody);
  app.use(
    idempotency(tenant),
    refusals(tenant, (one) => !isEarly(one)),
  );
  app.use(readLag(tenant));
  const routers = [
    accountRoutes(tenant),
    contactRoutes(tenant),
    paymentMethodRoutes(tenant),
    catalogCrudRoutes(tenant),
    catalogListRoutes(tenant, origin),
    asyncOrderRoutes(tenant),
    orderListRoutes(tenant, origin),
    orderRoutes(tenant),
    lineItemRoutes(tenant),
    rampRoutes(tenant),
    ratePlanRoutes(tenant),
    subscriptionRoutes(tenant, origin),
    legacyRoutes(tenant),
    billingRoutes(tenant, origin),
    invoiceRoutes(tenant, origin),
    creditMemoRoutes(tenant, origin),
    debitMemoRoutes(tenant, origin),
    billRunRoutes(tenant),
    paymentRoutes(tenant, origin),
    refundRoutes(tenant, origin),
    chargebackRoutes(tenant),
    paymentRunRoutes(tenant, origin),
    usageRoutes(tenant, origin),
    calloutRoutes(tenant, origin),
    notificationRoutes(tenant),
    objectQueryRoutes(tenant),
    actionRoutes(tenant),
    dataQuery.jobs,
    aquaRoutes(tenant),
    crudRoutes(tenant),
  ];
  app.use(...routers);
  app.use(unknownRoute(tenant, routers));
  app.use(errorHandler(versionsOfRequest));
}
