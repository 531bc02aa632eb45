import { invalid } from '../protocol/errors.ts';
import { array, oneOf, required, shape, text, type Raw, type Read } from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { MeterEvent } from '../protocol/wire.ts';
import type { World } from '../world.ts';

export type UsageEvent = {
  event_name: string;
  payload: Record<string, string>;
  timestamp?: number;
  identifier?: string;
};

const day = 86_400;

/** A session for the stream lasts a quarter of an hour; one request holds at most 100 events (Stripe docs). */
const sessionSeconds = 15 * 60;
const mostEvents = 100;

export const payload = (raw: Raw, path: string): Record<string, string> => {
  if (typeof raw === 'string') throw invalid('Invalid object', path);
  return Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, text(value, `${path}[${key}]`)]));
};

const isoTime = (raw: Raw, path: string): number => {
  const at = Date.parse(text(raw, path));
  if (Number.isNaN(at)) throw invalid('Invalid timestamp: must be RFC 3339.', path);
  return Math.floor(at / 1000);
};

const eventFields = { event_name: text, payload, timestamp: isoTime, identifier: text };

const usageEvent = (params: Read<typeof eventFields>): UsageEvent => ({
  ...params,
  event_name: required(params.event_name, 'event_name'),
  payload: required(params.payload, 'payload'),
});

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();

/** Usage by v2: events one by one or in a stream with a session of its own, and events that are taken back. */
export function addStreamRoutes(
  routes: Routes,
  world: World,
  take: (world: World, event: UsageEvent) => MeterEvent,
): void {
  routes.post('/v2/billing/meter_events', eventFields, ({ params }) => {
    const event = take(world, usageEvent(params));
    return {
      ...event,
      object: 'v2.billing.meter_event',
      created: iso(event.created),
      timestamp: iso(event.timestamp),
    };
  });
  routes.post('/v2/billing/meter_event_session', {}, () => {
    const token = world.id('token', 40);
    const end = world.now() + sessionSeconds;
    world.state.sessions[token] = end;
    world.store.touch();
    return {
      id: world.id('bmes_test', 24),
      object: 'v2.billing.meter_event_session',
      authentication_token: token,
      created: iso(world.now()),
      expires_at: iso(end),
      livemode: false,
    };
  });
  routes.post('/v2/billing/meter_event_stream', { events: array(shape(eventFields)) }, ({ params }) => {
    const events = required(params.events, 'events');
    if (events.length === 0 || events.length > mostEvents)
      throw invalid(`events must hold between 1 and ${mostEvents} events.`, 'events');
    for (const event of events) take(world, usageEvent(event));
    return {};
  });
  const adjustment = { event_name: text, type: oneOf('cancel'), cancel: shape({ identifier: text }) };
  const cancel = (params: Read<typeof adjustment>) => {
    required(params.type, 'type');
    const event_name = required(params.event_name, 'event_name');
    const identifier = required(params.cancel?.identifier, 'cancel[identifier]');
    const meters = world.all('meters').flatMap((one) => (one.event_name === event_name ? one.id : []));
    const at = world.state.meterEvents.findIndex((one) => one.identifier === identifier && meters.includes(one.meter));
    const found = world.state.meterEvents[at];
    if (!found) throw invalid(`No such meter event: '${identifier}'`, 'cancel[identifier]', 'resource_missing');
    if (found.received <= world.now() - day)
      throw invalid('A meter event can only be canceled within 24 hours.', 'cancel[identifier]');
    world.state.meterEvents.splice(at, 1);
    world.store.touch();
    return { cancel: { identifier }, event_name, livemode: false, status: 'complete', type: 'cancel' } as const;
  };
  routes.post('/v1/billing/meter_event_adjustments', adjustment, ({ params }) => ({
    object: 'billing.meter_event_adjustment',
    ...cancel(params),
  }));
  routes.post('/v2/billing/meter_event_adjustments', adjustment, ({ params }) => ({
    id: world.id('mea_test', 24),
    object: 'v2.billing.meter_event_adjustment',
    created: iso(world.now()),
    ...cancel(params),
  }));
}
