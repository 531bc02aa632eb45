import { invalid, missing, notSimulated } from '../protocol/errors.ts';
import { page, paging, within } from '../protocol/lists.ts';
import { array, flag, mergeMetadata, metadata, range, required, text, webUrl } from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import { apiVersion, versionName, type StripeEvent, type WebhookEndpoint } from '../protocol/wire.ts';
import type { World } from '../world.ts';

const keptSeconds = 30 * 86_400;

/** As many endpoints as an account may have in test mode (Stripe docs, "Webhooks"). */
const mostEndpoints = 16;

/** @param secret made up when absent */
export function addWebhookEndpoint(
  world: World,
  fields: Partial<WebhookEndpoint> & { url: string },
  secret = world.id('whsec', 32),
): WebhookEndpoint {
  const endpoint: WebhookEndpoint = {
    id: world.id('we'),
    object: 'webhook_endpoint',
    api_version: apiVersion,
    application: null,
    created: world.now(),
    description: null,
    enabled_events: ['*'],
    livemode: false,
    metadata: {},
    status: 'enabled',
    ...fields,
  };
  world.state.secrets[endpoint.id] = secret;
  return world.insert('webhookEndpoints', endpoint);
}

/** Events are listed for 30 days (Stripe docs, "Events"). */
function recent(world: World): StripeEvent[] {
  return world.all('events').filter((event) => event.created > world.clock.seconds() - keptSeconds);
}

export function addEventRoutes(routes: Routes, world: World): void {
  routes.get(
    '/v1/events',
    { ...paging, type: text, types: array(text), created: range, delivery_success: flag },
    ({ params }) => {
      if (params.type !== undefined && params.types !== undefined)
        throw invalid('You can only use one of type and types.', 'types');
      const types = params.types ?? (params.type === undefined ? undefined : [params.type]);
      const wanted = (type: string) =>
        !types || types.some((one) => (one.endsWith('*') ? type.startsWith(one.slice(0, -1)) : one === type));
      return page(
        '/v1/events',
        recent(world),
        (event) =>
          wanted(event.type) &&
          within(event.created, params.created) &&
          (params.delivery_success === undefined || params.delivery_success === (event.pending_webhooks === 0)),
        params,
      );
    },
  );
  routes.get('/v1/events/:id', {}, ({ path }) => {
    const found = recent(world).find((event) => event.id === path['id']);
    if (!found) throw missing('event', path['id'] ?? '');
    return found;
  });
  addEndpointRoutes(routes, world);
}

function addEndpointRoutes(routes: Routes, world: World): void {
  const fields = { url: webUrl, enabled_events: array(text), description: text, metadata };
  routes.post('/v1/webhook_endpoints', { ...fields, api_version: text, connect: flag }, ({ params }) => {
    const url = required(params.url, 'url');
    const version = params.api_version ?? apiVersion;
    if (!/^\d{4}-\d{2}-\d{2}(\.\w+)?$/.test(version))
      throw invalid(`Invalid Stripe API version: ${version}`, 'api_version');
    if (!version.endsWith(`.${versionName}`))
      throw notSimulated(world, `A webhook endpoint with api_version ${version}`);
    if (params.connect) throw notSimulated(world, 'A webhook endpoint for connected accounts');
    if (world.all('webhookEndpoints').length >= mostEndpoints)
      throw invalid(`You have reached the maximum of ${mostEndpoints} test webhook endpoints.`);
    const endpoint = addWebhookEndpoint(world, {
      url,
      api_version: params.api_version ?? null,
      enabled_events: checkedTypes(required(params.enabled_events, 'enabled_events')),
      description: params.description ?? null,
      metadata: mergeMetadata({}, params.metadata),
    });
    return { ...endpoint, secret: world.state.secrets[endpoint.id] };
  });
  routes.get('/v1/webhook_endpoints', paging, ({ params }) =>
    page('/v1/webhook_endpoints', world.all('webhookEndpoints'), () => true, params),
  );
  routes.get('/v1/webhook_endpoints/:id', {}, ({ path }) => world.get('webhookEndpoints', path['id'] ?? ''));
  routes.post('/v1/webhook_endpoints/:id', { ...fields, disabled: flag }, ({ path, params }) =>
    world.change(world.get('webhookEndpoints', path['id'] ?? ''), null, (endpoint) => {
      if (params.url !== undefined) endpoint.url = params.url;
      if (params.enabled_events) endpoint.enabled_events = checkedTypes(params.enabled_events);
      if (params.description !== undefined) endpoint.description = params.description;
      if (params.disabled !== undefined) endpoint.status = params.disabled ? 'disabled' : 'enabled';
      endpoint.metadata = mergeMetadata(endpoint.metadata, params.metadata);
    }),
  );
  routes.delete('/v1/webhook_endpoints/:id', {}, ({ path }) =>
    world.remove('webhookEndpoints', world.get('webhookEndpoints', path['id'] ?? '')),
  );
}

/** Names of events, or all of them; families such as `customer.*` cannot be listened to. */
function checkedTypes(types: string[]): string[] {
  for (const [index, type] of types.entries())
    if (type !== '*' && !/^[a-z0-9_]+(\.[a-z0-9_]+)+$/.test(type))
      throw invalid(`Invalid enabled_events[${index}]: must be the name of an event or *.`, `enabled_events[${index}]`);
  return types;
}
