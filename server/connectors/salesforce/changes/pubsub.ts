import {
  credentials as grpcCredentials,
  loadPackageDefinition,
  Metadata,
  type ChannelCredentials,
  type ClientDuplexStream,
} from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { rootCertificates } from 'node:tls';

/** One request for events; topic, preset and replay id count in the first of a stream only. */
export type FetchRequest = {
  topicName: string;
  replayPreset: 'LATEST' | 'EARLIEST' | 'CUSTOM';
  replayId?: Buffer;
  /** 1 to 100. */
  numRequested: number;
};

export type FetchResponse = {
  /** None in a keep-alive. */
  events: { event: { schemaId: string; payload: Buffer } | null; replayId: Buffer }[];
  latestReplayId: Buffer;
};

export type FetchStream = ClientDuplexStream<FetchRequest, FetchResponse>;

/** The part of the Pub/Sub API that is used. */
export type PubSub = {
  subscribe(metadata: Metadata): FetchStream;
  /** @returns the Avro schema as JSON text */
  schema(id: string, metadata: Metadata): Promise<string>;
  close(): void;
};

export type PubSubAddress = {
  /** `host:port` */
  address: string;
  /** Certificate authority in PEM form that is trusted beside the usual ones; null for none. */
  extraCa: string | null;
};

const field = (id: number, type: string, rule?: 'repeated') => ({ id, type, ...(rule ? { rule } : {}) });

/** Source: github.com/forcedotcom/pub-sub-api, pubsub_api.proto (package eventbus.v1): names, numbers and types of what is used. */
const PROTOCOL = {
  nested: {
    eventbus: {
      nested: {
        v1: {
          nested: {
            PubSub: {
              methods: {
                Subscribe: {
                  requestType: 'FetchRequest',
                  requestStream: true,
                  responseType: 'FetchResponse',
                  responseStream: true,
                },
                GetSchema: { requestType: 'SchemaRequest', responseType: 'SchemaInfo' },
              },
            },
            ReplayPreset: { values: { LATEST: 0, EARLIEST: 1, CUSTOM: 2 } },
            FetchRequest: {
              fields: {
                topicName: field(1, 'string'),
                replayPreset: field(2, 'ReplayPreset'),
                replayId: field(3, 'bytes'),
                numRequested: field(4, 'int32'),
              },
            },
            ProducerEvent: {
              fields: { id: field(1, 'string'), schemaId: field(2, 'string'), payload: field(3, 'bytes') },
            },
            ConsumerEvent: { fields: { event: field(1, 'ProducerEvent'), replayId: field(2, 'bytes') } },
            FetchResponse: {
              fields: {
                events: field(1, 'ConsumerEvent', 'repeated'),
                latestReplayId: field(2, 'bytes'),
                rpcId: field(3, 'string'),
                pendingNumRequested: field(4, 'int32'),
              },
            },
            SchemaRequest: { fields: { schemaId: field(1, 'string') } },
            SchemaInfo: { fields: { schemaJson: field(1, 'string'), schemaId: field(2, 'string') } },
          },
        },
      },
    },
  },
};

type Answer<T> = (error: Error | null, value: T) => void;
type RawClient = {
  subscribe(metadata: Metadata): FetchStream;
  getSchema(
    request: { schemaId: string },
    metadata: Metadata,
    options: { deadline: number },
    done: Answer<{ schemaJson: string }>,
  ): void;
  close(): void;
};
type RawClientClass = new (address: string, credentials: ChannelCredentials, options: object) => RawClient;

const SCHEMA_DEADLINE_MS = 30_000;
/** A connection that is dead is noticed by pings, not after minutes of silence. */
const CHANNEL = { 'grpc.keepalive_time_ms': 30_000, 'grpc.keepalive_timeout_ms': 10_000 };

/** Connects when it is first used. Certificates are always verified. */
export function connectPubSub({ address, extraCa }: PubSubAddress): PubSub {
  const definition = fromJSON(PROTOCOL as Parameters<typeof fromJSON>[0], { enums: String, defaults: true });
  const loaded = loadPackageDefinition(definition) as unknown as { eventbus: { v1: { PubSub: RawClientClass } } };
  const trusted = extraCa === null ? null : Buffer.from([...rootCertificates, extraCa].join('\n'));
  const client = new loaded.eventbus.v1.PubSub(address, grpcCredentials.createSsl(trusted), CHANNEL);
  return {
    subscribe: (metadata) => client.subscribe(metadata),
    schema: (schemaId, metadata) =>
      new Promise((resolve, reject) =>
        client.getSchema({ schemaId }, metadata, { deadline: Date.now() + SCHEMA_DEADLINE_MS }, (error, info) =>
          error ? reject(error) : resolve(info.schemaJson),
        ),
      ),
    close: () => client.close(),
  };
}

/** What every call carries to say who calls. */
export function callerOf(session: { accessToken: string; instanceUrl: string; orgId: string }): Metadata {
  const metadata = new Metadata();
  metadata.set('accesstoken', session.accessToken);
  metadata.set('instanceurl', session.instanceUrl);
  metadata.set('tenantid', session.orgId);
  return metadata;
}
