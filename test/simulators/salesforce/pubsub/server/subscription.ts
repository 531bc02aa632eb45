import { status } from '@grpc/grpc-js';
import { randomUUID } from 'node:crypto';
import type { ChangeData } from '../changeData.ts';
import { encodeReplayId } from '../events/log.ts';
import type { Caller } from './auth.ts';
import { invalidArgument, PubSubFault, toServiceError } from './errors.ts';
import { findTopic, mustSubscribe, TopicReader, type Topic } from './topic.ts';
import type { ConsumerEvent, FetchRequest, SubscribeCall } from './wire.ts';

const MAX_REQUESTED = 100;
/** Clients take messages of 4 MB, and one event may have 1 MB. */
const MAX_RESPONSE_BYTES = 2 * 1_048_576;

export type StreamSwitches = {
  /** Real time without an event after which an empty response tells the latest replay id. */
  keepAliveMs: number;
  /** Real time after which a stream ends whose client asks for nothing more. */
  idleMs: number;
};

/**
 * One Subscribe call: events are sent as far as the client has asked for some, from where it wanted to start. A stream
 * whose token is no longer good ends at the next thing that would be sent or is asked.
 */
export class Subscription {
  readonly #call: SubscribeCall;
  readonly #caller: Caller;
  readonly #data: ChangeData;
  readonly #switches: StreamSwitches;
  readonly #rpcId = randomUUID();
  readonly #closed: () => void;
  #topic: Topic | null = null;
  #reader: TopicReader | null = null;
  /** Position behind which the client has not been served; null at the earliest event. */
  #cursor: number | null = null;
  /** Events of the next position that were sent already: those that share a replay id may be cut by flow control. */
  #sentOfNext = 0;
  #pending = 0;
  #keepAlive: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #isOpen = true;

  constructor(
    call: SubscribeCall,
    caller: Caller,
    data: ChangeData,
    switches: StreamSwitches,
    closed: (subscription: Subscription) => void,
  ) {
    this.#call = call;
    this.#caller = caller;
    this.#data = data;
    this.#switches = switches;
    this.#closed = () => closed(this);
    call.on('data', (request: FetchRequest) => this.#guard(() => this.#fetch(request)));
    call.on('end', () => this.end());
    call.on('cancelled', () => this.#stop());
    call.on('error', () => this.#stop());
  }

  /** Whether the first request was taken. */
  get isReady(): boolean {
    return this.#topic !== null;
  }

  #guard(work: () => void): void {
    if (!this.#isOpen) return;
    try {
      work();
    } catch (error) {
      this.fail(error);
    }
  }

  #stop(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearTimeout(this.#keepAlive);
    clearTimeout(this.#idle);
    this.#closed();
  }

  /** Ends the stream with a status other than OK. */
  fail(error: unknown): void {
    if (!this.#isOpen) return;
    this.#stop();
    this.#call.emit('error', toServiceError(error, this.#rpcId));
  }

  end(): void {
    if (!this.#isOpen) return;
    this.#stop();
    this.#call.end();
  }

  #fetch({ topicName, replayPreset, replayId, numRequested }: FetchRequest): void {
    const access = this.#caller.access();
    if (this.#topic === null) {
      if (topicName === '') throw invalidArgument('subscription.topic.name.missing', 'The topic name is missing.');
      const topic = findTopic(this.#data, topicName);
      mustSubscribe(this.#data, topic, access);
      this.#cursor = this.#start(replayPreset, replayId);
      this.#topic = topic;
      this.#reader = new TopicReader(this.#data, topic);
    } else if (topicName !== '' && topicName !== this.#topic.name) {
      throw invalidArgument(
        'subscription.topic.name.mismatch',
        `The topic name ${topicName} must match that of the first request: ${this.#topic.name}.`,
      );
    }
    if (numRequested < 1 || numRequested > MAX_REQUESTED)
      throw invalidArgument(
        'subscription.fetch.requested.events.invalid',
        `The number of requested events must be between 1 and ${MAX_REQUESTED}: ${numRequested}.`,
      );
    this.#pending += numRequested;
    clearTimeout(this.#idle);
    this.#awaitKeepAlive();
    this.#send();
  }

  #start(preset: FetchRequest['replayPreset'], replayId: Buffer): number | null {
    if (preset === 'EARLIEST') return null;
    if (preset === 'LATEST') return this.#data.log.tip();
    const failed =
      'The Replay ID validation failed. Ensure that the Replay ID is valid and within the retention window.';
    if (replayId.length === 0) throw invalidArgument('subscription.fetch.replayid.validation.failed', failed);
    const position = this.#data.log.resolve(replayId);
    if (position === 'expired') throw invalidArgument('subscription.fetch.replayid.validation.failed', failed);
    if (position === 'corrupted') throw invalidArgument('subscription.fetch.replayid.corrupted', failed);
    return position;
  }

  /** Sends what was published since, as far as the client wants it. */
  published(): void {
    this.#guard(() => this.#send());
  }

  #send(): void {
    while (this.#sendSome()) continue;
  }

  /** Sends one response. @returns false when nothing is left to send */
  #sendSome(): boolean {
    if (!this.#reader || this.#pending === 0) return false;
    const access = this.#caller.access();
    const remaining = this.#data.usage.remaining();
    const wanted = Math.min(this.#pending, Math.max(1, remaining));
    const events: ConsumerEvent[] = [];
    let [latest, bytes] = [0, 0];
    for (const entry of this.#data.log.after(this.#cursor)) {
      const found = this.#reader.read(entry, access).slice(this.#sentOfNext);
      const taken = found.slice(0, wanted - events.length);
      if (taken.length > 0) {
        if (remaining === 0) throw usedUp();
        latest = entry.replay;
        events.push(...taken);
        for (const { event } of taken) bytes += event.payload.length;
      }
      if (taken.length < found.length) {
        this.#sentOfNext += taken.length;
        break;
      }
      this.#cursor = entry.replay;
      this.#sentOfNext = 0;
      if (bytes > MAX_RESPONSE_BYTES) break;
    }
    if (events.length === 0) return false;
    this.#data.usage.add(events.length);
    this.#pending -= events.length;
    this.#write(events, latest);
    if (this.#pending === 0) this.#idle = setTimeout(() => this.end(), this.#switches.idleMs);
    return true;
  }

  #write(events: ConsumerEvent[], latest: number): void {
    const latestReplayId = encodeReplayId(latest);
    this.#call.write({ events, latestReplayId, rpcId: this.#rpcId, pendingNumRequested: this.#pending });
    this.#awaitKeepAlive();
  }

  #awaitKeepAlive(): void {
    clearTimeout(this.#keepAlive);
    this.#keepAlive = setTimeout(() => this.#guard(() => this.#tellLatest()), this.#switches.keepAliveMs);
  }

  /** With nothing left to send the latest id is the tip of the stream; else it is what the client has got. */
  #tellLatest(): void {
    this.#caller.access();
    this.#send();
    if (this.#pending > 0 && this.#sentOfNext === 0) this.#cursor = this.#data.log.tip();
    this.#write([], this.#cursor ?? this.#data.log.tip());
  }
}

const usedUp = (): PubSubFault =>
  new PubSubFault(
    status.RESOURCE_EXHAUSTED,
    'subscription.limit.exceeded',
    'You have exceeded the event delivery limit for your org.',
  );
