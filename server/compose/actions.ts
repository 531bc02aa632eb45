import { setTimeout as sleep } from 'node:timers/promises';
import { createUserAccess } from '../connectors/salesforce/userAccess.ts';
import type { Actions, ActionOptions } from '../interfaces/http/actions/router.ts';
import { withPriority } from '../platform/priority.ts';
import { createActionLog } from '../sync/actions/audit.ts';
import { createCallLimit } from '../sync/actions/callCount.ts';
import { createActionLookup } from '../sync/actions/lookup.ts';
import { createRefreshBook } from '../sync/actions/refreshes.ts';
import { createRequestBook } from '../sync/actions/requests.ts';
import { createSendBook } from '../sync/actions/sends.ts';
import { createTokenIssuer } from '../sync/actions/tokens.ts';
import { createPreviewBook } from '../sync/orders/previews.ts';
import { invoicePdf, paymentLink } from '../workflows/actions/invoiceLinks.ts';
import { refreshBilling, refreshProgress } from '../workflows/actions/refreshBilling.ts';
import { invoiceRecipient, resendInvoice } from '../workflows/actions/sendInvoice.ts';
import { testConnection } from '../workflows/actions/testConnection.ts';
import { previewOrder } from '../workflows/orders/previewOrder.ts';
import type { Base } from './base.ts';
import { ordersToPreview } from './orders.ts';
import { orgClient } from './orgClient.ts';

/** Between two looks at what somebody waits for, ms. */
const LOOK_EVERY_MS = 100;
/** A refresh that has not ended after this time is told to be running, so that there is an answer within 4 s, ms. */
const WAIT_MS = 3_600;

/** Lets a person's work go before that of the mirror. */
function interactive<T extends unknown[], R>(work: (...args: T) => Promise<R>): (...args: T) => Promise<R> {
  return (...args) => withPriority('interactive', () => work(...args));
}

/** @returns what is true for so long from now */
function forMs(ms: number): () => boolean {
  const until = performance.now() + ms;
  return () => performance.now() < until;
}

/** What people of the org can ask for over HTTP. */
export function actionsOf(base: Base): Omit<ActionOptions, 'log' | 'metrics'> {
  const { config, database, connections, keysReady, log } = base;
  const { db } = database;
  const refreshes = createRefreshBook(db);
  const client = orgClient(base);
  const deps = {
    lookup: createActionLookup(db, config.salesforce.orgId),
    access: createUserAccess(client),
    requests: createRequestBook(db),
    sends: createSendBook(db),
    refreshes: {
      ...refreshes,
      start: (request: Parameters<typeof refreshes.start>[0]) => refreshes.start(request).finally(keysReady.notify),
    },
    deskOf: (name: string) => connections.find((one) => one.name === name)?.invoices ?? null,
    pause: (ms = LOOK_EVERY_MS) => sleep(ms, undefined, { ref: ms <= LOOK_EVERY_MS }),
  };
  const previewDeps = {
    ...deps,
    orders: ordersToPreview(base, client),
    previews: createPreviewBook(db, keysReady.notify),
    onFailed: (error: unknown) => log.warn({ err: error }, 'An order could not be previewed'),
  };
  const actions: Actions = {
    refreshbilling: interactive((caller, asked) => refreshBilling(deps, caller, asked, forMs(WAIT_MS))),
    refreshprogress: interactive((caller, asked) => refreshProgress(deps, caller, asked)),
    paymentlink: interactive((caller, asked) => paymentLink(deps, caller, asked)),
    invoicepdf: interactive((caller, asked) => invoicePdf(deps, caller, asked)),
    invoicerecipient: interactive((caller, asked) => invoiceRecipient(deps, caller, asked)),
    resendinvoice: interactive((caller, asked) => resendInvoice(deps, caller, asked)),
    previeworder: interactive((caller, asked) => previewOrder(previewDeps, caller, asked, forMs(WAIT_MS))),
    testconnection: (caller, asked) => testConnection(deps, caller, asked),
  };
  return { actions, issuer: createTokenIssuer(db), audit: createActionLog(db), tooMany: createCallLimit(db) };
}
