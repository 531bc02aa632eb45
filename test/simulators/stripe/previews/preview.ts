import { applyDiscounts } from '../catalog/discounts.ts';
import { draftInvoice } from '../invoices/invoiceLife.ts';
import { applyBalance, linesOf, subscriptionOf } from '../invoices/invoiceTotals.ts';
import { addInvoiceItem, invoiceItemLine, priceAmount, takePending } from '../invoices/lines.ts';
import { invalid, missing, StripeRefusal } from '../protocol/errors.ts';
import { inline, page, paging } from '../protocol/lists.ts';
import { mergeMetadata, required } from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { Invoice, InvoiceLine, Subscription } from '../protocol/wire.ts';
import { createSchedule, updateSchedule } from '../schedules/schedules.ts';
import { isOver, update } from '../subscriptions/changes.ts';
import { cancelBy } from '../subscriptions/ending.ts';
import { pauseSubscription, resumeSubscription } from '../subscriptions/pause.ts';
import { createSubscription, discountOwner, refusedTax } from '../subscriptions/subscriptionCreate.ts';
import type { UpdateParams } from '../subscriptions/subscriptionParams.ts';
import { updateSubscription } from '../subscriptions/subscriptionUpdate.ts';
import { nextOf } from '../time/due.ts';
import type { World } from '../world.ts';
import { previewFields, type PreviewParams } from './previewParams.ts';

/** Previews whose lines can be listed; older ones are forgotten. */
const keptPreviews = 100;

/** How many things may happen to a subscription until it bills; phases and trials are few. */
const mostSteps = 50;

/** Ends a rehearsal as soon as the invoice is there that it was held for. */
class Found extends Error {
  readonly invoice: Invoice;

  constructor(invoice: Invoice) {
    super('found');
    this.invoice = invoice;
  }
}

const none = (): StripeRefusal =>
  new StripeRefusal(404, {
    type: 'invalid_request_error',
    code: 'invoice_upcoming_none',
    message: 'No upcoming invoices for customer.',
  });

function addItems(world: World, params: PreviewParams, customer: string, subscription: string | null): void {
  for (const [index, one] of (params.invoice_items ?? []).entries()) {
    const param = `invoice_items[${index}]`;
    const price = one.price === undefined ? undefined : world.get('prices', one.price, `${param}[price]`);
    const quantity = one.quantity ?? 1;
    const now = world.now();
    addInvoiceItem(world, {
      customer,
      currency: price?.currency ?? required(one.currency ?? params.currency, `${param}[currency]`),
      amount: price
        ? priceAmount(world, price, quantity)
        : (one.amount ?? required(one.unit_amount, `${param}[amount]`) * quantity),
      quantity,
      description: one.description ?? null,
      period: { start: one.period?.start ?? now, end: one.period?.end ?? now },
      metadata: mergeMetadata({}, one.metadata),
      ...(price ? { price } : {}),
      ...(subscription === null ? {} : { subscription: { id: subscription } }),
    });
  }
}

/** Lets time pass for a subscription or schedule until it has billed. */
function live(world: World, ids: () => string[]): void {
  for (let step = 0; step < mostSteps; step++) {
    const due = ids()
      .flatMap((id) => nextOf(world, id) ?? [])
      .reduce<ReturnType<typeof nextOf>>((first, one) => (first && first.at <= one.at ? first : one), undefined);
    if (!due) return;
    world.atTestTime(Math.max(due.at, world.now()), due.act);
  }
}

const idsOf = (subscription: Subscription) => () => [subscription.schedule ?? [], subscription.id].flat();

function setDiscounts(world: World, params: PreviewParams, subscription: Subscription): void {
  if (!params.discounts) return;
  const discounts = applyDiscounts(world, params.discounts, discountOwner(subscription));
  update(world, subscription, (one) => (one.discounts = discounts));
}

/** A change of a subscription that is there, and what it bills for it or next. */
function change(world: World, params: PreviewParams, subscription: Subscription): void {
  if (isOver(subscription)) throw none();
  const recurring = params.preview_mode === 'recurring';
  if (recurring)
    for (const item of takePending(world, null, subscription.customer, subscription.id))
      world.remove('invoiceItems', item);
  addItems(world, params, subscription.customer, subscription.id);
  setDiscounts(world, params, subscription);
  const details = params.subscription_details ?? {};
  const { cancel_now, pause, resume_at, billing_cycle_anchor: anchor, ...rest } = details;
  if (cancel_now) {
    cancelBy(world, subscription, { prorate: rest.proration_behavior !== 'none', invoice_now: true });
    throw none();
  }
  if (resume_at !== undefined) resumeSubscription(world, subscription, {});
  else if (pause) pauseSubscription(world, subscription, pause);
  else if (Object.keys(details).length > 0) {
    const { billing_mode: _mode, ...plain } = rest;
    const update: UpdateParams = { ...plain, ...(recurring ? { proration_behavior: 'none' } : {}) };
    if (anchor?.type === 'timestamp')
      throw invalid('`timestamp` is only for subscriptions that are not there yet.', 'subscription_details');
    if (anchor?.type) update.billing_cycle_anchor = { type: anchor.type };
    updateSubscription(world, subscription, update);
  }
  live(world, idsOf(subscription));
}

function begin(world: World, params: PreviewParams, customer: string): void {
  const {
    billing_cycle_anchor: anchor,
    billing_mode,
    items,
    metadata,
    trial_end,
    cancel_at,
    cancel_at_period_end,
  } = params.subscription_details ?? {};
  addItems(world, params, customer, null);
  createSubscription(world, {
    customer,
    items: (items ?? []).map(({ id: _id, deleted: _deleted, ...item }) => item),
    payment_behavior: 'default_incomplete',
    ...(anchor?.timestamp === undefined ? {} : { billing_cycle_anchor: anchor.timestamp }),
    ...(billing_mode ? { billing_mode } : {}),
    ...(metadata === undefined ? {} : { metadata }),
    ...(trial_end === undefined ? {} : { trial_end }),
    ...(cancel_at === undefined ? {} : { cancel_at }),
    ...(cancel_at_period_end === undefined ? {} : { cancel_at_period_end }),
    ...(params.discounts ? { discounts: params.discounts } : {}),
  });
}

/** The next invoice of any subscription of a customer, or one for the items that wait. */
function nextOfCustomer(world: World, params: PreviewParams, customer: string): void {
  const running = world
    .all('subscriptions')
    .filter((one) => one.customer === customer && !isOver(one))
    .map((one) => ({ one, at: nextOf(world, one.id)?.at ?? Infinity }))
    .toSorted((a, b) => a.at - b.at);
  if (running[0]) return change(world, params, running[0].one);
  addItems(world, params, customer, null);
  const pending = takePending(world, null, customer, null);
  if (pending.length === 0) return;
  const now = world.now();
  draftInvoice(world, {
    customer: world.get('customers', customer),
    subscription: null,
    reason: 'manual',
    currency: pending[0]!.currency,
    lines: pending.map((item) => invoiceItemLine(world, item)),
    period: { start: now, end: now },
    collection: 'charge_automatically',
    daysUntilDue: null,
    autoAdvance: true,
  });
}

function act(world: World, params: PreviewParams): void {
  if (params.automatic_tax?.enabled) throw refusedTax(world);
  const ofSubscription = (['subscription', 'subscription_details'] as const).find((key) => params[key] !== undefined);
  if (ofSubscription !== undefined && (params.schedule ?? params.schedule_details) !== undefined)
    throw invalid(`You may only specify one of these parameters: schedule, ${ofSubscription}.`, ofSubscription);
  if (params.schedule !== undefined) {
    const schedule = world.get('subscriptionSchedules', params.schedule, 'schedule');
    if (params.schedule_details) updateSchedule(world, schedule, params.schedule_details);
    addItems(world, params, schedule.customer, schedule.subscription);
    return live(world, () => [schedule.id, schedule.subscription ?? []].flat());
  }
  if (params.subscription !== undefined)
    return change(world, params, world.get('subscriptions', params.subscription, 'subscription'));
  const customer = world.get('customers', required(params.customer, 'customer'), 'customer').id;
  if (params.schedule_details) {
    const { proration_behavior: _behavior, ...details } = params.schedule_details;
    const schedule = createSchedule(world, { ...details, customer, start_date: 'now' });
    return live(world, () => [schedule.id, schedule.subscription ?? []].flat());
  }
  return params.subscription_details?.items ? begin(world, params, customer) : nextOfCustomer(world, params, customer);
}

function keepLines(world: World, id: string, lines: InvoiceLine[]): void {
  world.previewLines.set(id, lines);
  for (const oldest of world.previewLines.keys()) {
    if (world.previewLines.size <= keptPreviews) return;
    world.previewLines.delete(oldest);
  }
}

/**
 * What would be billed: the very thing is carried out on a copy of the account until its invoice has been drafted.
 * @throws 404 `invoice_upcoming_none` when nothing would be
 */
function previewInvoice(world: World, params: PreviewParams): Invoice {
  try {
    world.rehearse(
      () => act(world, params),
      (event) => {
        if (event.type !== 'invoice.created') return;
        const invoice = world.get('invoices', String(event.data.object['id']));
        if (params.subscription !== undefined && subscriptionOf(invoice) !== params.subscription) return;
        const lines = linesOf(world, invoice);
        applyBalance(world, invoice, world.get('customers', invoice.customer ?? ''));
        const id = world.id('upcoming_in');
        const shown = lines.map((line) => ({ ...line, invoice: id }));
        keepLines(world, id, structuredClone(shown));
        throw new Found(
          structuredClone({
            ...invoice,
            id,
            billing_reason: 'upcoming',
            lines: inline(`/v1/invoices/${id}/lines`, shown),
          }),
        );
      },
    );
  } catch (error) {
    if (error instanceof Found) return error.invoice;
    throw error;
  }
  throw none();
}

export function addPreviewRoutes(routes: Routes, world: World): void {
  routes.post('/v1/invoices/create_preview', previewFields, ({ params }) => previewInvoice(world, params));
  routes.get('/v1/invoices/upcoming_in_:id/lines', paging, ({ path, params }) => {
    const id = `upcoming_in_${path['id']}`;
    const lines = world.previewLines.get(id);
    if (!lines) throw missing('invoice', id);
    const rows = lines.map((line, index) => ({ line, id: line.id, created: -index }));
    const list = page(`/v1/invoices/${id}/lines`, rows, () => true, params);
    return { ...list, data: list.data.map(({ line }) => line) };
  });
}
