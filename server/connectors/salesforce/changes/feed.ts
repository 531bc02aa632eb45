import { status, type Metadata, type ServiceError } from '@grpc/grpc-js';
import { Fault } from '../../../domain/fault.ts';
import type { ChangeFeed, FeedBatch, FeedStart } from '../../../workflows/ports/changeFeed.ts';
import type { SalesforceClient } from '../client.ts';
import { createDecoder, type EventDecoder } from './decode.ts';
import { toEvents, type Ourselves } from './events.ts';
import { callerOf, connectPubSub, type FetchRequest, type FetchResponse, type PubSubAddress } from './pubsub.ts';

export type FeedOptions = PubSubAddress & {
  orgId: string;
  /** API name of the custom channel, such as `Billing360__chn`. */
  channel: string;
  /** Objects whose changes somebody acts on. */
  followed: readonly string[];
};

/** Most events that may be asked for and not yet be there. Source: pubsub_api.proto, FetchRequest.num_requested. */
const MOST_REQUESTED = 100;
/** A stream that tells nothing for so long, not even that it is alive (each 270 s), is taken for dead. */
const SILENCE_MS = 330_000;

const isServiceError = (error: unknown): error is ServiceError =>
  error instanceof Error && 'code' in error && typeof error.code === 'number' && 'details' in error;

function errorCodeOf({ metadata }: ServiceError): string {
  const [value] = metadata?.get('error-code') ?? [];
  return typeof value === 'string' ? value : '';
}

function toFault(error: unknown): Error {
  if (error instanceof Fault || !isServiceError(error))
    return error instanceof Error ? error : new Error(String(error));
  const code = errorCodeOf(error);
  const context = { status: error.code, code };
  if (error.code === status.INVALID_ARGUMENT && code.includes('replayid'))
    return new Fault({
      code: 'salesforce_position_refused',
      kind: 'not_found',
      publicText: 'Salesforce no longer has the change events that follow the last ones seen; changes are looked for.',
      context,
      cause: error,
    });
  if ([status.NOT_FOUND, status.PERMISSION_DENIED, status.INVALID_ARGUMENT].includes(error.code))
    return new Fault({
      code: 'salesforce_feed_refused',
      kind: 'forbidden',
      publicText: `Salesforce has no change events for us (${error.details}): check the channel and that the integration user may view all records of its objects. Changes are found by the sweep meanwhile.`,
      context,
      cause: error,
    });
  return new Fault({
    code: 'salesforce_feed_unavailable',
    kind: 'unavailable',
    publicText: `The change events of Salesforce cannot be heard now (${error.details}); they are asked for again.`,
    context,
    cause: error,
  });
}

/** Change events of one custom channel over the Pub/Sub API. */
export function createChangeFeed(
  client: SalesforceClient,
  ourselves: () => Promise<Ourselves>,
  options: FeedOptions,
): ChangeFeed & { close(): void } {
  const pubsub = connectPubSub(options);
  const topicName = `/data/${options.channel}`;
  const decoders = new Map<string, EventDecoder>();

  async function caller(): Promise<Metadata> {
    const { accessToken, instanceUrl } = await client.session();
    return callerOf({ accessToken: accessToken ?? '', instanceUrl, orgId: options.orgId });
  }

  /** A call over REST that is refused makes the client log in again. */
  const renewSession = async (): Promise<void> => void (await (await client.session()).request('/limits'));

  async function decoderOf(schemaId: string, metadata: Metadata): Promise<EventDecoder> {
    const known = decoders.get(schemaId);
    if (known) return known;
    const decoder = createDecoder(await pubsub.schema(schemaId, metadata));
    decoders.set(schemaId, decoder);
    return decoder;
  }

  async function toBatch(response: FetchResponse, us: Ourselves, metadata: Metadata): Promise<FeedBatch> {
    const events: FeedBatch['events'] = [];
    const gaps = new Set<string>();
    for (const { event } of response.events) {
      if (event === null) continue;
      const decode = await decoderOf(event.schemaId, metadata);
      let read: ReturnType<typeof toEvents>;
      try {
        read = toEvents(decode(event.payload), us, options.followed);
      } catch {
        // What cannot be read may be about anything.
        read = { events: [], gaps: [...options.followed] };
      }
      events.push(...read.events);
      for (const object of read.gaps) gaps.add(object);
    }
    return { events, gaps: [...gaps], position: response.latestReplayId };
  }

  async function run(start: FeedStart, take: (batch: FeedBatch) => Promise<void>, signal: AbortSignal): Promise<void> {
    const [us, metadata] = [await ourselves(), await caller()];
    if (signal.aborted) return;
    const stream = pubsub.subscribe(metadata);
    let silence: NodeJS.Timeout | undefined;
    const listen = (): void => {
      clearTimeout(silence);
      silence = setTimeout(() => stream.cancel(), SILENCE_MS);
    };
    const cancel = (): void => stream.cancel();
    signal.addEventListener('abort', cancel);
    try {
      listen();
      const first: FetchRequest = { topicName, replayPreset: 'LATEST', numRequested: MOST_REQUESTED };
      stream.write(start === 'latest' ? first : { ...first, replayPreset: 'CUSTOM', replayId: start.after });
      for await (const response of stream as AsyncIterable<FetchResponse>) {
        listen();
        await take(await toBatch(response, us, metadata));
        if (signal.aborted) return;
        // Asks for as many as were stored, so that never more than the most are on their way.
        if (response.events.length > 0) stream.write({ ...first, numRequested: response.events.length });
      }
    } finally {
      clearTimeout(silence);
      signal.removeEventListener('abort', cancel);
      stream.on('error', () => undefined);
      stream.cancel();
    }
  }

  return {
    topic: `${options.orgId}:${options.channel}`,
    async follow(start, take, signal) {
      try {
        await run(start, take, signal);
      } catch (error) {
        if (signal.aborted) return;
        if (isServiceError(error) && error.code === status.UNAUTHENTICATED) await renewSession();
        throw toFault(error);
      }
    },
    close: () => pubsub.close(),
  };
}
