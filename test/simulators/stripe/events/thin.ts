import type { Json, StripeEvent } from '../protocol/wire.ts';
import type { World } from '../world.ts';

/** A thin event as stored; what changed is looked up in its snapshot event. */
export type ThinEvent = {
  id: string;
  type: string;
  /** RFC 3339 with milliseconds; of two events the later one has the later time, also within a second. */
  created: string;
  related: { id: string; type: string; url: string } | null;
  request: { id: string; idempotency_key: string } | null;
  snapshot: string | null;
  data: Json | null;
};

/** Where the object of an event is read. */
const paths: Record<string, string> = {
  'billing.alert': 'billing/alerts',
  'billing.meter': 'billing/meters',
  'billing_portal.configuration': 'billing_portal/configurations',
  'billing_portal.session': 'billing_portal/sessions',
  'checkout.session': 'checkout/sessions',
  invoiceitem: 'invoiceitems',
  'test_helpers.test_clock': 'test_helpers/test_clocks',
  'v2.core.event_destination': '../v2/core/event_destinations',
};

function relatedOf(object: Json): ThinEvent['related'] {
  const { id, object: type, customer } = object as { id?: string; object?: string; customer?: string | null };
  if (id === undefined || type === undefined) return null;
  if (type === 'tax_id') return { id, type, url: `/v1/customers/${customer}/tax_ids/${id}` };
  if (type === 'discount') return { id, type, url: `/v1/customers/${customer}/discount` };
  if (type === 'v2.core.event_destination') return { id, type, url: `/v2/core/event_destinations/${id}` };
  return { id, type, url: `/v1/${paths[type] ?? `${type}s`}/${id}` };
}

const statuses = ['active', 'trialing', 'past_due', 'unpaid', 'incomplete', 'incomplete_expired'];

type Item = { id: string; price: { id: string }; quantity?: number };
const itemsOf = (value: unknown): Item[] => (value as { data?: Item[] } | undefined)?.data ?? [];

/** Thin events that tell in their name what changed (Stripe changelog, 2026-10-28.endive); those of subscriptions. */
function meanings({ type, data }: StripeEvent): string[] {
  const { object, previous_attributes: before } = data;
  const status = String(object['status']);
  const prefix = 'v1.customer.subscription.';
  if (type === 'customer.subscription.created') return statuses.includes(status) ? [prefix + status] : [];
  if (type !== 'customer.subscription.updated' || !before) return [];
  const found = new Set<string>();
  if ('status' in before && statuses.includes(status)) found.add(status);
  if ('cancel_at' in before) found.add('cancel_at_changed');
  if ('default_payment_method' in before) found.add('default_payment_method_changed');
  if ('items' in before && itemsOf(before['items']).length > 0) {
    const [was, is] = [itemsOf(before['items']), itemsOf(object['items'])];
    for (const now of is) {
      const old = was.find((one) => one.id === now.id);
      if (!old) found.add('item_added');
      else if (old.price.id !== now.price.id) found.add('item_price_changed');
      else if (old.quantity !== now.quantity) found.add('item_quantity_changed');
    }
    if (was.some((old) => !is.some((now) => now.id === old.id))) found.add('item_removed');
  }
  return [...found].map((name) => prefix + name);
}

/** Notes a thin event that has no snapshot event, such as an error report. */
export function addThin(world: World, type: string, object: Json | null, data: Json | null): ThinEvent {
  return note(world, {
    type,
    related: object && relatedOf(object),
    request: null,
    snapshot: null,
    data,
  });
}

function note(world: World, fields: Omit<ThinEvent, 'id' | 'created'>): ThinEvent {
  const now = world.instant === null ? world.clock.now().getTime() : world.instant * 1_000;
  const last = world.state.lastThinMs;
  world.state.lastThinMs = last >= now && last - now < 1_000 ? last + 1 : now;
  const thin = { id: world.id('evt_test', 40), created: new Date(world.state.lastThinMs).toISOString(), ...fields };
  world.state.thinEvents[thin.id] = thin;
  return thin;
}

/** The thin events that stand beside a snapshot event: one of the same name, and those that name what changed. */
export function thinOf(world: World, event: StripeEvent): ThinEvent[] {
  const { id, idempotency_key: key } = event.request;
  return [`v1.${event.type}`, ...meanings(event)].map((type) =>
    note(world, {
      type,
      related: relatedOf(event.data.object),
      request: id === null ? null : { id, idempotency_key: key ?? '' },
      snapshot: event.id,
      data: null,
    }),
  );
}

const picked = (object: Json, keys: readonly string[]): Json =>
  Object.fromEntries(keys.map((key) => [key, object[key] ?? null]));

/** What a destination is sent. */
export const notification = (thin: ThinEvent): Json => ({
  id: thin.id,
  object: 'v2.core.event',
  type: thin.type,
  created: thin.created,
  livemode: false,
  context: null,
  ...(thin.related ? { related_object: thin.related } : {}),
  ...(thin.request ? { reason: { type: 'request', request: thin.request } } : {}),
  ...(thin.snapshot ? { snapshot_event: thin.snapshot } : {}),
});

/** What `/v2/core/events` answers: the notification with what changed and its data. */
export function fetched(world: World, thin: ThinEvent): Json {
  const snapshot = world.find('events', thin.snapshot);
  const before = snapshot?.data.previous_attributes;
  const { context: _context, ...rest } = notification(thin);
  return {
    ...rest,
    ...(snapshot && before ? { changes: { before, after: picked(snapshot.data.object, Object.keys(before)) } } : {}),
    ...(thin.data ? { data: thin.data } : {}),
  };
}
