import {
  Server,
  ServerCredentials,
  status,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import { randomUUID } from 'node:crypto';
import type { Certificate } from '../../../kit/certificate.ts';
import type { CallLog } from '../../../kit/sim.ts';
import type { ChangeData } from '../changeData.ts';
import { Caller } from './auth.ts';
import { PubSubFault, toServiceError } from './errors.ts';
import { Subscription, type StreamSwitches } from './subscription.ts';
import { findTopic, mustSubscribe } from './topic.ts';
import { PUBSUB_SERVICE, type SubscribeCall } from './wire.ts';

type PubSubOptions = {
  certificate: Certificate;
  host: string;
  /** 0: any free port. */
  port: number;
  calls: CallLog;
  /** HTTP and HTTPS addresses of the org, one of which a client must name as its instance. */
  addresses: readonly string[];
};

const SHUTDOWN_MS = 500;
const STREAM_DEFAULTS: StreamSwitches = { keepAliveMs: 270_000, idleMs: 60_000 };

/** The gRPC endpoint; always TLS, as clients know no other. */
export class PubSubServer {
  /** `host:port` */
  address = '';
  streams: StreamSwitches = { ...STREAM_DEFAULTS };
  readonly #server = new Server();
  readonly #data: ChangeData;
  readonly #options: PubSubOptions;
  readonly #subscriptions = new Set<Subscription>();
  readonly #unsubscribe: () => void;

  private constructor(data: ChangeData, options: PubSubOptions) {
    this.#data = data;
    this.#options = options;
    this.#unsubscribe = data.onPublish(() => {
      for (const subscription of this.#subscriptions) subscription.published();
    });
    this.#server.addService(PUBSUB_SERVICE, {
      Subscribe: (call: SubscribeCall) => this.#subscribe(call),
      GetTopic: this.#unary('GetTopic', (caller, { topicName }: { topicName: string }) =>
        this.#topic(caller, topicName),
      ),
      GetSchema: this.#unary('GetSchema', (_caller, { schemaId }: { schemaId: string }) => this.#schema(schemaId)),
      Publish: this.#unary('Publish', () => this.#refuse('Publish')),
      PublishStream: (call: SubscribeCall) => this.#refuseStream('PublishStream', call),
      ManagedSubscribe: (call: SubscribeCall) => this.#refuseStream('ManagedSubscribe', call),
    });
  }

  /** @throws Error when the port is taken */
  static async start(data: ChangeData, options: PubSubOptions): Promise<PubSubServer> {
    const server = new PubSubServer(data, options);
    const { cert, key } = options.certificate;
    const credentials = ServerCredentials.createSsl(
      null,
      [{ cert_chain: Buffer.from(cert), private_key: Buffer.from(key) }],
      false,
    );
    const port = await new Promise<number>((resolve, reject) => {
      server.#server.bindAsync(`${options.host}:${options.port}`, credentials, (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    // TLS names no server by its number.
    server.address = `${options.host === '127.0.0.1' ? 'localhost' : options.host}:${port}`;
    return server;
  }

  #caller(call: Pick<SubscribeCall, 'metadata'>, method: string): Caller {
    this.#options.calls.call('gRPC', `/eventbus.v1.PubSub/${method}`);
    return new Caller(this.#data.org, call.metadata, this.#options.addresses);
  }

  #unary<Request, Answer>(method: string, handle: (caller: Caller, request: Request) => Answer) {
    return (call: ServerUnaryCall<Request, Answer>, callback: sendUnaryData<Answer & { rpcId: string }>): void => {
      const rpcId = randomUUID();
      try {
        callback(null, { ...handle(this.#caller(call as never, method), call.request), rpcId });
      } catch (error) {
        callback(toServiceError(error, rpcId));
      }
    };
  }

  #topic(caller: Caller, topicName: string) {
    const topic = findTopic(this.#data, topicName);
    mustSubscribe(this.#data, topic, caller.access());
    const schemaId = topic.object ? this.#data.schemas.of(topic.object).id : '';
    const tenantGuid = `core/sim/${this.#data.org.orgId}`;
    return { topicName, tenantGuid, canPublish: false, canSubscribe: true, schemaId };
  }

  #schema(schemaId: string) {
    const schema = this.#data.schemas.byId(schemaId);
    if (!schema) throw new PubSubFault(status.NOT_FOUND, 'schema.not.found', `Schema not found: ${schemaId}.`);
    return { schemaJson: schema.json, schemaId };
  }

  #refuse(method: string): never {
    this.#options.calls.refuse(`gRPC ${method}`);
    throw new PubSubFault(
      status.UNIMPLEMENTED,
      'service.not.simulated',
      `${method} is not simulated: the org has no platform events, and change events are published by saves alone.`,
    );
  }

  #refuseStream(method: string, call: ServerWritableStream<unknown, unknown> | SubscribeCall): void {
    try {
      this.#caller(call, method);
      this.#refuse(method);
    } catch (error) {
      call.emit('error', toServiceError(error));
    }
  }

  #subscribe(call: SubscribeCall): void {
    try {
      const caller = this.#caller(call, 'Subscribe');
      const closed = (subscription: Subscription): void => void this.#subscriptions.delete(subscription);
      this.#subscriptions.add(new Subscription(call, caller, this.#data, this.streams, closed));
    } catch (error) {
      call.emit('error', toServiceError(error));
    }
  }

  /** Streams that are open, and how many of them have had their first request. */
  counts(): { open: number; ready: number } {
    const all = [...this.#subscriptions];
    return { open: all.length, ready: all.filter(({ isReady }) => isReady).length };
  }

  /** Ends every stream: as a broken connection, or as the service does in good order. */
  disconnect(how: 'error' | 'end'): void {
    for (const subscription of this.#subscriptions)
      if (how === 'end') subscription.end();
      else
        subscription.fail(
          new PubSubFault(status.UNAVAILABLE, 'service.unavailable', 'The Pub/Sub API service is unavailable.'),
        );
  }

  /** After a reset of the org: streams of before are over. */
  reset(): void {
    this.disconnect('end');
    this.streams = { ...STREAM_DEFAULTS };
  }

  /** Ends the streams in good order; connections that stay open nevertheless are cut. */
  async close(): Promise<void> {
    this.#unsubscribe();
    this.disconnect('end');
    await new Promise<void>((resolve) => {
      const cut = setTimeout(() => {
        this.#server.forceShutdown();
        resolve();
      }, SHUTDOWN_MS);
      this.#server.tryShutdown(() => {
        clearTimeout(cut);
        resolve();
      });
    });
  }
}
