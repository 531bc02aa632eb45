import { invalid, missing, notSimulated } from '../protocol/errors.ts';
import {
  array,
  integer,
  mergeMetadata,
  metadata,
  oneOf,
  required,
  shape,
  text,
  unsimulated,
  webUrl,
  type Read,
} from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import { apiVersion, versionName, type EventDestination, type Json } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import type { Post } from './delivery.ts';
import { addThin, fetched, type ThinEvent } from './thin.ts';

const keptSeconds = 30 * 86_400;

const include = array(oneOf('webhook_endpoint.signing_secret', 'webhook_endpoint.url'));

const fields = {
  description: text,
  enabled_events: array(text),
  include,
  metadata,
  name: text,
  webhook_endpoint: shape({ url: webUrl }),
};

type V2List<T> = { data: T[]; next_page_url: string | null; previous_page_url: string | null };

/** A page of a v2 list, newest first; the token of a page is the id of the row before it. */
function pageOf<T extends { id: string }>(
  path: string,
  query: string,
  rows: readonly T[],
  params: { limit?: number; page?: string },
): V2List<T> {
  const limit = params.limit ?? 20;
  if (limit < 1 || limit > 100) throw invalid('limit must be between 1 and 100.', 'limit');
  const start = params.page === undefined ? 0 : rows.findIndex((row) => row.id === params.page) + 1;
  if (params.page !== undefined && start === 0) throw invalid('The page token is invalid.', 'page');
  const data = rows.slice(start, start + limit);
  const link = (page: string | undefined) =>
    `${path}?limit=${limit}${page === undefined ? '' : `&page=${page}`}${query}`;
  const before = start - limit;
  return {
    data,
    next_page_url: start + limit < rows.length ? link(data.at(-1)?.id) : null,
    previous_page_url: start === 0 ? null : link(before <= 0 ? undefined : rows[before - 1]?.id),
  };
}

/** Thin events (`/v2/core/events`) and where they are sent (`/v2/core/event_destinations`). */
export function addDestinationRoutes(routes: Routes, world: World, post: Post): void {
  addThinEventRoutes(routes, world);
  const base = '/v2/core/event_destinations';
  const find = (id: string | undefined) => world.get('eventDestinations', id ?? '');
  const shown = (one: EventDestination, wanted: Read<typeof fields>['include'], secret = false): EventDestination => {
    const endpoint = {
      ...(wanted?.includes('webhook_endpoint.url') ? { url: world.state.destinationUrls[one.id] ?? '' } : {}),
      ...(secret && wanted?.includes('webhook_endpoint.signing_secret')
        ? { signing_secret: world.state.secrets[one.id] ?? '' }
        : {}),
    };
    return Object.keys(endpoint).length === 0 ? one : { ...one, webhook_endpoint: endpoint };
  };
  const iso = () => new Date(world.now() * 1000).toISOString();
  routes.post(
    base,
    {
      ...fields,
      amazon_eventbridge: unsimulated,
      azure_event_grid: unsimulated,
      event_payload: oneOf('snapshot', 'thin'),
      events_from: array(text),
      snapshot_api_version: text,
      type: oneOf('amazon_eventbridge', 'azure_event_grid', 'webhook_endpoint'),
    },
    ({ params }) => {
      if (required(params.type, 'type') !== 'webhook_endpoint')
        throw notSimulated(world, `An event destination of type ${params.type}`);
      const payload = required(params.event_payload, 'event_payload');
      const version = params.snapshot_api_version ?? apiVersion;
      if (payload === 'snapshot' && !version.endsWith(`.${versionName}`))
        throw notSimulated(world, `An event destination with snapshot_api_version ${version}`);
      const id = world.id('ed_test', 40);
      world.state.destinationUrls[id] = required(params.webhook_endpoint?.url, 'webhook_endpoint[url]');
      world.state.secrets[id] = world.id('whsec', 32);
      const destination: EventDestination = {
        id,
        object: 'v2.core.event_destination',
        created: iso(),
        description: params.description ?? '',
        enabled_events: required(params.enabled_events, 'enabled_events'),
        event_payload: payload,
        events_from: params.events_from ?? ['@self'],
        livemode: false,
        metadata: mergeMetadata({}, params.metadata),
        name: required(params.name, 'name'),
        ...(payload === 'snapshot' ? { snapshot_api_version: version } : {}),
        status: 'enabled',
        type: 'webhook_endpoint',
        updated: iso(),
      };
      return shown(world.insert('eventDestinations', destination), params.include, true);
    },
  );
  routes.get(base, { include, limit: integer, page: text }, ({ params }) =>
    pageOf(
      base,
      '',
      world
        .all('eventDestinations')
        .toReversed()
        .map((one) => shown(one, params.include)),
      params,
    ),
  );
  routes.get(`${base}/:id`, { include }, ({ path, params }) => shown(find(path['id']), params.include));
  routes.post(`${base}/:id`, fields, ({ path, params }) => {
    const destination = world.change(find(path['id']), null, (one) => {
      if (params.description !== undefined) one.description = params.description;
      if (params.enabled_events) one.enabled_events = params.enabled_events;
      if (params.name !== undefined) one.name = params.name;
      one.metadata = mergeMetadata(one.metadata ?? {}, params.metadata);
      one.updated = iso();
    });
    const url = params.webhook_endpoint?.url;
    if (url !== undefined) world.state.destinationUrls[destination.id] = url;
    return shown(destination, params.include);
  });
  const setStatus = (status: 'enabled' | 'disabled') => (id: string | undefined) =>
    world.change(find(id), null, (one) => {
      one.status = status;
      if (status === 'disabled') one.status_details = { disabled: { reason: 'user' } };
      else delete one.status_details;
      one.updated = iso();
    });
  const [enable, disable] = [setStatus('enabled'), setStatus('disabled')];
  routes.post(`${base}/:id/enable`, {}, ({ path }) => enable(path['id']));
  routes.post(`${base}/:id/disable`, {}, ({ path }) => disable(path['id']));
  routes.post(`${base}/:id/ping`, {}, ({ path }) => {
    const destination = find(path['id']);
    const thin = addThin(world, 'v2.core.event_destination.ping', destination as unknown as Json, null);
    post(thin, destination.id);
    return fetched(world, thin);
  });
  routes.delete(`${base}/:id`, {}, ({ path }) => {
    const { id, object } = world.remove('eventDestinations', find(path['id']));
    return { id, object };
  });
}

function addThinEventRoutes(routes: Routes, world: World): void {
  const recent = (): ThinEvent[] => {
    const since = new Date((world.clock.seconds() - keptSeconds) * 1000).toISOString();
    return Object.values(world.state.thinEvents).filter((one) => one.created > since);
  };
  const instant = shape({ gt: text, gte: text, lt: text, lte: text });
  routes.get(
    '/v2/core/events',
    { created: instant, limit: integer, object_id: text, page: text, types: array(text) },
    ({ params }) => {
      const { gt, gte, lt, lte } = params.created ?? {};
      const rows = recent().filter(
        (one) =>
          (params.object_id === undefined || one.related?.id === params.object_id) &&
          (!params.types || params.types.includes(one.type)) &&
          (gt === undefined || one.created > gt) &&
          (gte === undefined || one.created >= gte) &&
          (lt === undefined || one.created < lt) &&
          (lte === undefined || one.created <= lte),
      );
      const query = [
        ...(params.object_id === undefined ? [] : [`&object_id=${params.object_id}`]),
        ...(params.types ?? []).map((type, index) => `&types[${index}]=${type}`),
        ...Object.entries(params.created ?? {}).map(([key, at]) => `&created[${key}]=${encodeURIComponent(at)}`),
      ].join('');
      const list = pageOf('/v2/core/events', query, rows.toReversed(), params);
      return { ...list, data: list.data.map((one) => fetched(world, one)) };
    },
  );
  routes.get('/v2/core/events/:id', {}, ({ path }) => {
    const found = recent().find((one) => one.id === path['id']);
    if (!found) throw missing('event', path['id'] ?? '');
    return fetched(world, found);
  });
}
