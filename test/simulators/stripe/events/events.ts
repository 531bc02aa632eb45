import { createHmac } from 'node:crypto';
import type { WebhookSender } from '../../kit/webhooks.ts';
import { invalid, missing } from '../protocol/errors.ts';
import { page, paging, within } from '../protocol/lists.ts';
import { array, flag, mergeMetadata, metadata, range, required, text } from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import { apiVersion, type StripeEvent, type WebhookEndpoint } from '../protocol/wire.ts';
import type { World } from '../world.ts';

/** Stripe publishes no intervals; these are short enough to watch. */
const retryDelaysMs = [1_000, 5_000, 30_000, 300_000] as const;
const keptSeconds = 30 * 86_400;

const listens = (endpoint: WebhookEndpoint, type: string): boolean =>
  endpoint.status === 'enabled' && endpoint.enabled_events.some((one) => one === '*' || one === type);

/** `t=<now>,v1=<HMAC-SHA256 of "t.body">` by real time, which is what the receiver's tolerance is measured by. */
function signature(secret: string, body: string): string {
  const at = Math.floor(Date.now() / 1000);
  return `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`;
}

/** Sends every event to the endpoints that listen to it, signed anew for every attempt. */
export function deliverEvents(world: World, webhooks: WebhookSender): void {
  world.onEvent((event) => {
    const endpoints = world.all('webhookEndpoints').filter((endpoint) => listens(endpoint, event.type));
    event.pending_webhooks = endpoints.length;
    for (const endpoint of endpoints) {
      let delivered = false;
      webhooks.send({
        url: endpoint.url,
        request: () => {
          const body = JSON.stringify(event, null, 2);
          return {
            headers: {
              'Content-Type': 'application/json; charset=utf-8',
              'User-Agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
              'Stripe-Signature': signature(world.state.secrets[endpoint.id] ?? '', body),
            },
            body,
          };
        },
        accepts: (status) => status >= 200 && status < 300,
        retryDelaysMs,
        onAttempt: (_attempt, status) => {
          if (delivered || status === null || status < 200 || status >= 300) return;
          delivered = true;
          event.pending_webhooks--;
          world.store.touch();
        },
      });
    }
  });
}

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
  const fields = { url: text, enabled_events: array(text), description: text, metadata };
  routes.post('/v1/webhook_endpoints', { ...fields, api_version: text }, ({ params }) => {
    const url = checkedUrl(required(params.url, 'url'));
    const version = params.api_version ?? apiVersion;
    if (version !== apiVersion) {
      world.calls.refuse(`webhook endpoint with api_version ${version}`);
      throw invalid(`Invalid api_version: ${version}. This simulator sends ${apiVersion} only.`, 'api_version');
    }
    const endpoint = addWebhookEndpoint(world, {
      url,
      enabled_events: required(params.enabled_events, 'enabled_events'),
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
      if (params.url !== undefined) endpoint.url = checkedUrl(params.url);
      if (params.enabled_events) endpoint.enabled_events = params.enabled_events;
      if (params.description !== undefined) endpoint.description = params.description;
      if (params.disabled !== undefined) endpoint.status = params.disabled ? 'disabled' : 'enabled';
      endpoint.metadata = mergeMetadata(endpoint.metadata, params.metadata);
    }),
  );
  routes.delete('/v1/webhook_endpoints/:id', {}, ({ path }) =>
    world.remove('webhookEndpoints', world.get('webhookEndpoints', path['id'] ?? '')),
  );
}

function checkedUrl(url: string): string {
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw invalid('Invalid URL: URL must be valid.', 'url', 'url_invalid');
  return url;
}
