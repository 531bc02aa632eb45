import { createHmac } from 'node:crypto';
import type { WebhookSender } from '../../kit/webhooks.ts';
import type { StripeEvent } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { notification, thinOf, type ThinEvent } from './thin.ts';

/** Stripe publishes no intervals; these are short enough to watch. */
const retryDelaysMs = [1_000, 5_000, 30_000, 300_000] as const;

type Target = { id: string; url: string; api_version?: string | null };

const listens = (target: { status: string; enabled_events: string[] }, type: string): boolean =>
  target.status === 'enabled' && target.enabled_events.some((one) => one === '*' || one === type);

/** `t=<now>,v1=<HMAC-SHA256 of "t.body">` by real time, which is what the receiver's tolerance is measured by. */
function signature(secret: string, body: string): string {
  const at = Math.floor(Date.now() / 1000);
  return `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`;
}

/** Sends to one endpoint, signed anew for every attempt; nothing is tried again once the endpoint is off. */
function send(world: World, webhooks: WebhookSender, target: Target, bodyOf: () => object, arrived: () => void): void {
  let delivered = false;
  const isOn = () =>
    (world.find('webhookEndpoints', target.id) ?? world.find('eventDestinations', target.id))?.status === 'enabled';
  webhooks.send({
    url: target.url,
    request: () => {
      const body = JSON.stringify(bodyOf(), null, 2);
      return {
        headers: {
          'Content-Type': 'application/json; charset=utf-8',
          'User-Agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
          'Stripe-Signature': signature(world.state.secrets[target.id] ?? '', body),
        },
        body,
      };
    },
    accepts: (status) => (status >= 200 && status < 300) || !isOn(),
    retryDelaysMs,
    onAttempt: (_attempt, status) => {
      if (delivered || status === null || status < 200 || status >= 300) return;
      delivered = true;
      arrived();
      world.store.touch();
    },
  });
}

function destinationsOf(world: World, type: string, thin: boolean): Target[] {
  return world
    .all('eventDestinations')
    .filter((one) => (one.event_payload === 'thin') === thin && listens(one, type))
    .map((one) => ({
      id: one.id,
      url: world.state.destinationUrls[one.id] ?? '',
      api_version: one.snapshot_api_version ?? null,
    }));
}

/** How everybody who listens is told of an event. */
export type Post = (thin: ThinEvent, only?: string) => void;

/**
 * Sends every event to the webhook endpoints and event destinations that listen to it, as snapshot or thin.
 * @returns sends a thin event that has no snapshot, to all or only to one destination
 */
export function deliverEvents(world: World, webhooks: WebhookSender): Post {
  const post: Post = (thin, only) => {
    const targets =
      only === undefined
        ? destinationsOf(world, thin.type, true)
        : [{ id: only, url: world.state.destinationUrls[only] ?? '' }];
    for (const target of targets)
      send(
        world,
        webhooks,
        target,
        () => notification(thin),
        () => undefined,
      );
  };
  world.onEvent((event: StripeEvent) => {
    const endpoints = world.all('webhookEndpoints').filter((endpoint) => listens(endpoint, event.type));
    const targets: Target[] = [...endpoints, ...destinationsOf(world, event.type, false)];
    event.pending_webhooks = targets.length;
    for (const target of targets)
      send(
        world,
        webhooks,
        target,
        () => ({ ...event, api_version: target.api_version ?? event.api_version }),
        () => void event.pending_webhooks--,
      );
    for (const thin of thinOf(world, event)) post(thin);
  });
  return post;
}
