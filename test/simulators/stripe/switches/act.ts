import express, { type Express } from 'express';
import { declineCodes } from '../payments/declines.ts';
import { invalid, StripeRefusal } from '../protocol/errors.ts';
import { payInvoice } from '../invoices/invoices.ts';
import { methodFor } from '../invoices/invoiceLife.ts';
import { subscriptionOf } from '../invoices/invoiceTotals.ts';
import { isMetered, itemsOf } from '../subscriptions/items.ts';
import { recordUsage } from '../usage/meters.ts';
import { required } from '../protocol/params.ts';
import { attach } from '../payments/methods.ts';
import { moneyActs, type MoneyBody } from './moneyActs.ts';
import { issue } from '../subscriptions/billing.ts';
import { isOver } from '../subscriptions/changes.ts';
import { payNow } from '../subscriptions/collection.ts';
import { cancelNow } from '../subscriptions/ending.ts';
import { renew } from '../subscriptions/renewal.ts';
import { updateSubscription } from '../subscriptions/subscriptionUpdate.ts';
import { onTestClock } from '../time/testClocks.ts';
import { addSettings } from './settings.ts';
import type { Invoice, PaymentMethod, Subscription } from '../protocol/wire.ts';
import type { World } from '../world.ts';

type Body = MoneyBody & {
  subscription?: string;
  invoice?: string;
  quantity?: number;
  price?: string;
  atPeriodEnd?: boolean;
  /** Id of a meter, or its event name. */
  meter?: string;
  eventName?: string;
  value?: number | string;
};

/** The subscription that is named, or the newest of a customer that still runs. */
function subscriptionFor(world: World, body: Body): Subscription {
  if (body.subscription !== undefined) return world.get('subscriptions', body.subscription);
  const customer = world.get('customers', required(body.customer, 'customer'));
  const found = world.all('subscriptions').findLast((one) => one.customer === customer.id && !isOver(one));
  if (!found) throw invalid(`Customer ${customer.id} has no subscription that runs.`, 'customer');
  return found;
}

function openInvoice(world: World, matches: (invoice: Invoice) => boolean): Invoice | undefined {
  return world.all('invoices').findLast((one) => one.status === 'open' && one.amount_remaining > 0 && matches(one));
}

function setDefault(world: World, customerId: string, method: PaymentMethod): void {
  world.change(
    world.get('customers', customerId),
    'customer.updated',
    (one) => (one.invoice_settings.default_payment_method = method.id),
  );
}

/** The card that pays an invoice; a customer without one gets a test card. */
export function cardFor(world: World, invoice: Invoice): PaymentMethod {
  const found = methodFor(world, invoice);
  if (found) return found;
  const customer = required(invoice.customer, 'customer');
  const method = attach(world, 'pm_card_visa', customer);
  setDefault(world, customer, method);
  return method;
}

/** A renewal that is due now, as a draft. */
function renewalOf(world: World, subscription: Subscription): Invoice {
  if (isOver(subscription)) throw invalid(`Subscription ${subscription.id} has ended.`, 'subscription');
  return renew(world, subscription, world.now());
}

/** From now on the customer's card is declined with this code, first for the open invoice or for a renewal. */
function failPayment(world: World, body: Body): object {
  const code = body.declineCode ?? 'card_declined';
  if (!declineCodes.includes(code))
    throw invalid(`Unknown declineCode: ${code}. Known ones: ${declineCodes.join(', ')}`, 'declineCode');
  const subscription = subscriptionFor(world, body);
  const open = openInvoice(world, (one) => subscriptionOf(one) === subscription.id);
  if (!open && subscription.collection_method === 'send_invoice')
    throw invalid('This subscription is billed by sent invoices: no card can fail.', 'subscription');
  const invoice = open ?? renewalOf(world, subscription);
  const card = cardFor(world, invoice);
  world.state.declines[card.id] = code;
  if (open) payNow(world, open, card);
  else issue(world, invoice);
  return { invoice, subscription, paymentMethod: card.id };
}

/** Pays the open invoice by card; a card that was declined works again. A sent invoice is paid out of band. */
function pay(world: World, body: Body): object {
  const customer = body.invoice === undefined ? world.get('customers', required(body.customer, 'customer')) : null;
  const invoice =
    body.invoice === undefined
      ? openInvoice(world, (one) => one.customer === customer?.id)
      : world.get('invoices', body.invoice);
  if (!invoice) throw invalid('This customer has no open invoice.', 'customer');
  if (invoice.collection_method === 'send_invoice') payInvoice(world, invoice, { paid_out_of_band: true });
  else {
    const card = cardFor(world, invoice);
    delete world.state.declines[card.id];
    payInvoice(world, invoice, { payment_method: card.id });
  }
  return { invoice, subscription: world.find('subscriptions', subscriptionOf(invoice)) ?? null };
}

function upgrade(world: World, body: Body): object {
  const subscription = subscriptionFor(world, body);
  const item = itemsOf(world, subscription).find((one) => !isMetered(one));
  if (!item) throw invalid('This subscription has no item with a quantity.', 'subscription');
  const quantity = body.quantity ?? (body.price === undefined ? (item.quantity ?? 1) + 1 : undefined);
  updateSubscription(world, subscription, {
    items: [
      {
        id: item.id,
        ...(body.price === undefined ? {} : { price: body.price }),
        ...(quantity === undefined ? {} : { quantity }),
      },
    ],
  });
  return { subscription };
}

function cancel(world: World, body: Body): object {
  const subscription = subscriptionFor(world, body);
  if (isOver(subscription)) throw invalid(`Subscription ${subscription.id} has ended already.`, 'subscription');
  if (body.atPeriodEnd) updateSubscription(world, subscription, { cancel_at_period_end: true });
  else cancelNow(world, subscription, 'cancellation_requested');
  return { subscription };
}

function usage(world: World, body: Body): object {
  const customer = world.get('customers', required(body.customer, 'customer'));
  const named = required(body.eventName ?? body.meter, 'meter');
  const meter = world.find('meters', named) ?? world.all('meters').find((one) => one.event_name === named);
  if (!meter) throw invalid(`There is no meter ${named}.`, 'meter');
  const meterEvent = recordUsage(world, {
    event_name: meter.event_name,
    payload: {
      [meter.customer_mapping.event_payload_key]: customer.id,
      [meter.value_settings.event_payload_key]: String(required(body.value, 'value')),
    },
  });
  return { meter: meter.id, meterEvent };
}

function renewNow(world: World, body: Body): object {
  const subscription = subscriptionFor(world, body);
  const invoice = renewalOf(world, subscription);
  issue(world, invoice);
  return { invoice, subscription };
}

const acts: Record<string, (world: World, body: Body) => object> = {
  'fail-payment': failPayment,
  'pay-invoice': pay,
  upgrade,
  cancel,
  'record-usage': usage,
  renew: renewNow,
  ...moneyActs,
};

/**
 * Helpers for people and tests under /__sim, never part of the product's paths: each goes through what the public API
 * goes through and answers what changed, with the types of the events that it caused.
 */
export function addActs(app: Express, world: World): void {
  const router = express.Router();
  router.use(express.json());
  router.post('/act/:name', (req, res) => {
    const act = Object.hasOwn(acts, req.params.name) ? acts[req.params.name] : undefined;
    if (!act) return void res.status(404).json({ message: `No such act; there are ${Object.keys(acts).join(', ')}` });
    try {
      const body = (req.body ?? {}) as Body;
      const named = Object.fromEntries(Object.entries(body).map(([key, value]) => [key, String(value)]));
      const { result, events } = world.heard(() => onTestClock(world, 'POST', named, () => act(world, body)));
      return void res.json({ ...result, events });
    } catch (error) {
      if (!(error instanceof StripeRefusal)) throw error;
      return void res.status(error.status).json(error.fields);
    }
  });
  addSettings(router, world);
  app.use('/__sim', router);
}
