import type { Post } from '../events/delivery.ts';
import { invalid, missing } from '../protocol/errors.ts';
import { page, paging } from '../protocol/lists.ts';
import { oneOf, required, shape, text, time } from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { Meter, MeterEvent, MeterEventSummary } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { addAlertRoutes, checkAlerts } from './alerts.ts';
import { addErrorReports, noteFault, type MeterFault } from './errorReports.ts';
import { addStreamRoutes, payload, type UsageEvent } from './stream.ts';

const day = 86_400;

/** Usage of a meter by a customer, from `start` (included) to `end` (excluded). */
export function usageOf(world: World, meter: Meter, customer: string, period: { start: number; end: number }): number {
  const values = world.state.meterEvents
    .filter(
      (one) =>
        one.meter === meter.id &&
        one.customer === customer &&
        one.timestamp >= period.start &&
        one.timestamp < period.end,
    )
    .toSorted((a, b) => a.timestamp - b.timestamp)
    .map((one) => Number(one.value));
  if (meter.default_aggregation.formula === 'count') return values.length;
  if (meter.default_aggregation.formula === 'last') return values.at(-1) ?? 0;
  return values.reduce((sum, value) => sum + value, 0);
}

type Counted = { row: World['state']['meterEvents'][number]; meter: Meter };
type Judged = Counted | { fault: MeterFault; param: string; noCustomer?: true };

/** Whether a usage event can be counted, and otherwise what is wrong with it. */
function judge(world: World, event: UsageEvent, identifier: string): Judged {
  const named = world.all('meters').filter((one) => one.event_name === event.event_name);
  const meter = named.find((one) => one.status === 'active');
  const refuse = (code: string, message: string, param: string) => ({
    fault: { code, message, identifier, meter: (meter ?? named[0])?.id ?? null },
    param,
  });
  if (!meter)
    return named.length > 0
      ? refuse('archived_meter', `The meter with event name ${event.event_name} is archived.`, 'event_name')
      : refuse('no_meter', `No active meter found with event name: ${event.event_name}`, 'event_name');
  const customerKey = meter.customer_mapping.event_payload_key;
  const valueKey = meter.value_settings.event_payload_key;
  const customer = event.payload[customerKey];
  if (customer === undefined)
    return refuse(
      'meter_event_no_customer_defined',
      `Missing required param: payload[${customerKey}].`,
      `payload[${customerKey}]`,
    );
  if (!world.find('customers', customer))
    return {
      ...refuse('meter_event_customer_not_found', `No such customer: '${customer}'`, `payload[${customerKey}]`),
      noCustomer: true,
    };
  const value = meter.default_aggregation.formula === 'count' ? '1' : event.payload[valueKey];
  if (value === undefined || !/^-?\d+(\.\d+)?$/.test(value))
    return refuse(
      'meter_event_invalid_value',
      `Invalid value: ${value}. The value must be numeric.`,
      `payload[${valueKey}]`,
    );
  const now = world.now();
  const timestamp = event.timestamp ?? now;
  if (timestamp > now + 300)
    return refuse('timestamp_in_future', 'The timestamp is too far in the future.', 'timestamp');
  if (timestamp < now - 35 * day)
    return refuse('timestamp_too_far_in_past', 'The timestamp is more than 35 days in the past.', 'timestamp');
  return { row: { meter: meter.id, customer, value, timestamp, identifier, received: now }, meter };
}

function count(world: World, event: UsageEvent, judged: Counted): MeterEvent {
  world.state.meterEvents.push(judged.row);
  world.store.touch();
  checkAlerts(world, judged.meter, judged.row.customer);
  return {
    object: 'billing.meter_event',
    created: world.now(),
    event_name: event.event_name,
    identifier: judged.row.identifier,
    livemode: false,
    payload: event.payload,
    timestamp: judged.row.timestamp,
  };
}

/** An identifier is taken once within a day. */
function identify(world: World, event: UsageEvent): string {
  const identifier = event.identifier ?? world.id('mev', 26).slice(4);
  if (world.state.meterEvents.some((one) => one.identifier === identifier && one.received > world.now() - day))
    throw invalid(`An event already exists with identifier ${identifier}.`, 'identifier', 'duplicate_meter_event');
  return identifier;
}

/** Takes one usage event; one that cannot be counted is refused at once. */
export function recordUsage(world: World, event: UsageEvent): MeterEvent {
  const judged = judge(world, event, identify(world, event));
  if ('row' in judged) return count(world, event, judged);
  const { fault, param } = judged;
  throw judged.noCustomer
    ? missing('customer', event.payload[param.slice(8, -1)] ?? '', param)
    : invalid(fault.message, param, fault.code);
}

/** Takes one usage event as v2 does: one that cannot be counted is taken too, and reported later. */
function takeUsage(world: World, event: UsageEvent): MeterEvent {
  const identifier = identify(world, event);
  const judged = judge(world, event, identifier);
  if ('row' in judged) return count(world, event, judged);
  noteFault(world, judged.fault);
  const now = world.now();
  return {
    object: 'billing.meter_event',
    created: now,
    event_name: event.event_name,
    identifier,
    livemode: false,
    payload: event.payload,
    timestamp: event.timestamp ?? now,
  };
}

export function addMeterRoutes(routes: Routes, world: World, post: Post): void {
  addErrorReports(world, post);
  addAlertRoutes(routes, world);
  addStreamRoutes(routes, world, takeUsage);
  routes.post(
    '/v1/billing/meters',
    {
      display_name: text,
      event_name: text,
      event_time_window: oneOf('day', 'hour'),
      default_aggregation: shape({ formula: oneOf('sum', 'count', 'last') }),
      customer_mapping: shape({ event_payload_key: text, type: oneOf('by_id') }),
      value_settings: shape({ event_payload_key: text }),
    },
    ({ params }) => {
      const eventName = required(params.event_name, 'event_name');
      if (world.all('meters').some((one) => one.event_name === eventName && one.status === 'active'))
        throw invalid(`An active meter already exists with event name: ${eventName}`, 'event_name');
      const meter: Meter = {
        id: world.id('mtr'),
        object: 'billing.meter',
        created: world.now(),
        customer_mapping: {
          event_payload_key: params.customer_mapping?.event_payload_key ?? 'stripe_customer_id',
          type: 'by_id',
        },
        default_aggregation: {
          formula: required(params.default_aggregation?.formula, 'default_aggregation[formula]'),
        },
        display_name: required(params.display_name, 'display_name'),
        event_name: eventName,
        event_time_window: params.event_time_window ?? null,
        livemode: false,
        status: 'active',
        status_transitions: { deactivated_at: null },
        updated: world.now(),
        value_settings: { event_payload_key: params.value_settings?.event_payload_key ?? 'value' },
      };
      return world.insert('meters', meter, 'billing.meter.created');
    },
  );
  routes.get('/v1/billing/meters', { ...paging, status: oneOf('active', 'inactive') }, ({ params }) =>
    page(
      '/v1/billing/meters',
      world.all('meters'),
      (one) => params.status === undefined || one.status === params.status,
      params,
    ),
  );
  routes.get('/v1/billing/meters/:id', {}, ({ path }) => world.get('meters', path['id'] ?? ''));
  routes.post('/v1/billing/meters/:id', { display_name: text }, ({ path, params }) =>
    world.change(world.get('meters', path['id'] ?? ''), 'billing.meter.updated', (one) => {
      one.display_name = params.display_name ?? one.display_name;
      one.updated = world.now();
    }),
  );
  const setStatus = (status: 'active' | 'inactive', event: string) => (id: string) =>
    world.change(world.get('meters', id), event, (one) => {
      one.status = status;
      one.status_transitions.deactivated_at = status === 'active' ? null : world.now();
      one.updated = world.now();
    });
  const deactivate = setStatus('inactive', 'billing.meter.deactivated');
  const reactivate = setStatus('active', 'billing.meter.reactivated');
  routes.post('/v1/billing/meters/:id/deactivate', {}, ({ path }) => deactivate(path['id'] ?? ''));
  routes.post('/v1/billing/meters/:id/reactivate', {}, ({ path }) => reactivate(path['id'] ?? ''));
  addUsageRoutes(routes, world);
}

function addUsageRoutes(routes: Routes, world: World): void {
  routes.post(
    '/v1/billing/meter_events',
    { event_name: text, payload, timestamp: time, identifier: text },
    ({ params }) =>
      recordUsage(world, {
        ...params,
        event_name: required(params.event_name, 'event_name'),
        payload: required(params.payload, 'payload'),
      }),
  );
  routes.get(
    '/v1/billing/meters/:id/event_summaries',
    { ...paging, customer: text, start_time: time, end_time: time, value_grouping_window: oneOf('hour', 'day') },
    ({ path, params }) => {
      const meter = world.get('meters', path['id'] ?? '');
      const customer = world.get('customers', required(params.customer, 'customer'), 'customer').id;
      const start = required(params.start_time, 'start_time');
      const end = required(params.end_time, 'end_time');
      const step = params.value_grouping_window === 'day' ? day : params.value_grouping_window === 'hour' ? 3_600 : 60;
      for (const [name, at] of [
        ['start_time', start],
        ['end_time', end],
      ] as const)
        if (at % step !== 0)
          throw invalid(
            `${name} must be aligned with ${step === 60 ? 'minute' : step === day ? 'UTC day' : 'hour'} boundaries.`,
            name,
          );
      if (end <= start) throw invalid('end_time must be after start_time.', 'end_time');
      const width = params.value_grouping_window === undefined ? end - start : step;
      const summaries = [];
      for (let at = start; at < end; at += width) {
        const summary = summarise(world, meter, customer, { start: at, end: at + width });
        if (summary) summaries.push({ ...summary, created: at });
      }
      const list = page(`/v1/billing/meters/${meter.id}/event_summaries`, summaries, () => true, params);
      return { ...list, data: list.data.map(({ created: _created, ...summary }) => summary) };
    },
  );
}

/** @returns undefined for a window without any usage, which the real service leaves out */
function summarise(
  world: World,
  meter: Meter,
  customer: string,
  period: { start: number; end: number },
): MeterEventSummary | undefined {
  const any = world.state.meterEvents.some(
    (one) =>
      one.meter === meter.id &&
      one.customer === customer &&
      one.timestamp >= period.start &&
      one.timestamp < period.end,
  );
  if (!any) return undefined;
  return {
    id: `mtrusg_${meter.id.slice(4, 14)}${customer.slice(4)}${period.start}`,
    object: 'billing.meter_event_summary',
    aggregated_value: usageOf(world, meter, customer, period),
    end_time: period.end,
    livemode: false,
    meter: meter.id,
    start_time: period.start,
  };
}
