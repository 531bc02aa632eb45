import type { ServerDuplexStream, ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { join } from 'node:path';

const definition = loadSync(join(import.meta.dirname, 'pubsub.proto'), {
  longs: String,
  enums: String,
  defaults: true,
});

/** Service `eventbus.v1.PubSub` with names in camel case, as clients generate them. */
export const PUBSUB_SERVICE = definition['eventbus.v1.PubSub'] as ServiceDefinition;

export type ConsumerEvent = { event: { id: string; schemaId: string; payload: Buffer }; replayId: Buffer };

export type FetchRequest = {
  topicName: string;
  replayPreset: 'LATEST' | 'EARLIEST' | 'CUSTOM';
  replayId: Buffer;
  numRequested: number;
};

type FetchResponse = {
  events: ConsumerEvent[];
  latestReplayId: Buffer;
  rpcId: string;
  pendingNumRequested: number;
};

export type SubscribeCall = ServerDuplexStream<FetchRequest, FetchResponse>;
