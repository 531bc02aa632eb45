import express, { type Express, type Response } from 'express';
import { completeCheckout } from '../checkout/complete.ts';
import { moneyText } from '../invoices/lines.ts';
import { attach } from '../payments/methods.ts';
import { StripeRefusal } from '../protocol/errors.ts';
import type { CheckoutSession, PortalSession } from '../protocol/wire.ts';
import { updateSubscription } from '../subscriptions/subscriptionUpdate.ts';
import type { World } from '../world.ts';
import { escaped, show } from './html.ts';

/** A link to the portal can be opened for five minutes (Stripe docs, "Customer portal"). */
const portalSeconds = 5 * 60;

const cards = [
  ['pm_card_visa', 'Visa 4242, works'],
  ['pm_card_mastercard', 'Mastercard 4444, works'],
  ['pm_card_chargeCustomerFail', 'Visa 0341, is saved and declined later'],
  ['pm_card_chargeDeclined', 'Visa 0002, is declined'],
] as const;

const cardForm = (button: string): string =>
  `<form method="post"><select name="card">${cards
    .map(([id, label]) => `<option value="${id}">${label}</option>`)
    .join('')}</select> <button>${button}</button></form>`;

function showCheckout(res: Response, world: World, session: CheckoutSession, note = ''): void {
  const lines = world.state.checkoutLines[session.id] ?? [];
  const rows = lines.map(
    (line) =>
      `<tr><td>${escaped(line.description ?? '')}</td><td>${line.quantity}</td><td>${escaped(moneyText(line.amount_total, line.currency))}</td></tr>`,
  );
  const back = session.cancel_url === null ? '' : `<p><a href="${escaped(session.cancel_url)}">Back</a></p>`;
  show(
    res,
    'Checkout',
    `<p>${escaped(note)}</p><table>${rows.join('')}</table>${cardForm(session.mode === 'setup' ? 'Save' : 'Pay')}${back}`,
  );
}

/** Changes the default card of a customer as the portal does; that of its subscriptions follows. */
function changeCard(world: World, session: PortalSession, card: string): void {
  const customer = world.get('customers', session.customer);
  const method = attach(world, card, customer.id);
  world.change(customer, 'customer.updated', (one) => (one.invoice_settings.default_payment_method = method.id));
}

function afterwards(session: PortalSession): string | null {
  return session.flow?.after_completion.redirect?.return_url ?? null;
}

function showPortal(res: Response, world: World, session: PortalSession, note = ''): void {
  const customer = world.get('customers', session.customer);
  const flow = session.flow?.type;
  const invoices = world
    .all('invoices')
    .filter((one) => one.customer === customer.id && one.hosted_invoice_url !== null)
    .map(
      (one) =>
        `<li><a href="${escaped(one.hosted_invoice_url ?? '')}">${escaped(one.number ?? '')}</a> ${escaped(one.status ?? '')} ${escaped(moneyText(one.total, one.currency))}</li>`,
    );
  const cancel = session.flow?.subscription_cancel
    ? '<form method="post"><button name="cancel" value="yes">Cancel subscription</button></form>'
    : '';
  const card = flow === undefined || flow === 'payment_method_update' ? cardForm('Save this card') : '';
  const back = session.return_url === null ? '' : `<p><a href="${escaped(session.return_url)}">Back</a></p>`;
  const list = flow === undefined ? `<ul>${invoices.join('')}</ul>` : '';
  show(res, `Billing of ${customer.name ?? customer.id}`, `<p>${escaped(note)}</p>${card}${cancel}${list}${back}`);
}

/** Pages on which customers act: Checkout and the customer portal. */
export function addBuyerPages(app: Express, world: World): void {
  const form = express.urlencoded({ extended: false });
  const gone = (res: Response) => void res.status(404).type('text').send('This link has expired.');
  const refused = (error: unknown): StripeRefusal => {
    if (!(error instanceof StripeRefusal)) throw error;
    return error;
  };
  app.get('/c/pay/:id', (req, res) => {
    const session = world.find('checkoutSessions', req.params.id);
    return session?.status === 'open' ? showCheckout(res, world, session) : gone(res);
  });
  app.post('/c/pay/:id', form, (req, res) => {
    const session = world.find('checkoutSessions', req.params['id']);
    if (session?.status !== 'open') return gone(res);
    try {
      completeCheckout(world, session, req.body as { card?: string });
    } catch (error) {
      const { status, message } = refused(error);
      res.status(status);
      return showCheckout(res, world, session, message);
    }
    return res.redirect(303, (session.success_url ?? '').replaceAll('{CHECKOUT_SESSION_ID}', session.id));
  });
  const portal = (key: string | undefined) => {
    const found = world.all('portalSessions').find((one) => one.url.endsWith(`/p/session/${key}`));
    return found && found.created + portalSeconds > world.now() ? found : undefined;
  };
  app.get('/p/session/:key', (req, res) => {
    const session = portal(req.params.key);
    return session ? showPortal(res, world, session) : gone(res);
  });
  app.post('/p/session/:key', form, (req, res) => {
    const session = portal(req.params['key']);
    if (!session) return gone(res);
    const { card, cancel } = req.body as { card?: string; cancel?: string };
    try {
      const subscription = world.find('subscriptions', session.flow?.subscription_cancel?.subscription);
      if (cancel !== undefined && subscription) updateSubscription(world, subscription, { cancel_at_period_end: true });
      else changeCard(world, session, card ?? 'pm_card_visa');
    } catch (error) {
      const { status, message } = refused(error);
      res.status(status);
      return showPortal(res, world, session, message);
    }
    const next = afterwards(session);
    return next === null ? showPortal(res, world, session, 'Done.') : res.redirect(303, next);
  });
}
