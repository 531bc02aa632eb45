import type { SimClock } from '../../kit/clock.ts';
import { SimState } from '../../kit/state.ts';
import type { SimulatedOrg } from '../org/org.ts';
import type { Commit } from '../org/types.ts';
import { Channels, noChannels, type ChannelData } from './channels/channels.ts';
import { readChannels } from './channels/metadata.ts';
import { captureCommit } from './events/capture.ts';
import { emptyLog, EventLog, type LogData } from './events/log.ts';
import { EventSchemas } from './events/schema.ts';
import type { ChangeEvent } from './events/types.ts';
import { DeliveryUsage, type UsageData } from './usage.ts';

type Data = ChannelData & UsageData & { log: LogData };

/** How events reach the bus; faults that a client must live with. */
export type PublishSwitches = {
  /** Every event is published twice, under two replay ids. */
  duplicate: boolean;
  /** Events are lost: neither delivered nor replayed. */
  drop: boolean;
  /** Time between commit and publication, in ms of real time. */
  delayMs: number;
  /** Objects whose changes come as gap events. */
  gaps: string[];
  /** Objects whose changes come as overflow events without record ids. */
  overflows: string[];
  /** Changes of one transaction that are told one by one. */
  maxChanges: number;
};

const DEFAULTS: PublishSwitches = {
  ...{ duplicate: false, drop: false, delayMs: 0, gaps: [], overflows: [], maxChanges: 100_000 },
};

/** Change Data Capture of the org: what is selected, what was published, who hears of it. */
export class ChangeData {
  readonly org: SimulatedOrg;
  readonly channels: Channels;
  readonly log: EventLog;
  readonly usage: DeliveryUsage;
  readonly schemas = new EventSchemas();
  switches: PublishSwitches = { ...DEFAULTS };
  readonly #state: SimState<Data>;
  #schemaVersion = -1;
  readonly #listeners = new Set<() => void>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** What waits for its timer; whichever is over first publishes the oldest, so that commit order is kept. */
  #late: ChangeEvent[][] = [];

  /**
   * @param options.stateFile keeps channels, events and usage across starts
   * @throws Error that names the file of a channel or member that the org would not save
   */
  constructor(org: SimulatedOrg, options: { clock: SimClock; stateFile?: string | undefined }) {
    this.org = org;
    const state = new SimState<Data>(options.stateFile, () => ({ ...noChannels(), delivered: [], log: emptyLog() }));
    this.#state = state;
    const touch = (): void => state.touch();
    this.channels = new Channels(() => this.#current(), touch, org);
    this.log = new EventLog(() => state.data.log, touch, options.clock);
    this.usage = new DeliveryUsage(() => state.data, touch, options.clock);
    this.#current();
    org.onCommit((commit) => this.#capture(commit));
  }

  /** The state, with the channels of the metadata that is in force. */
  #current(): Data {
    const { schemaVersion, forceApp } = this.org;
    if (this.#schemaVersion !== schemaVersion) {
      this.#schemaVersion = schemaVersion;
      this.channels.useMetadata(readChannels(forceApp));
    }
    return this.#state.data;
  }

  #capture(commit: Commit): void {
    const isSelected = (name: string): boolean => this.channels.isSelected(name);
    if (!commit.changes.some(({ object }) => isSelected(object.name))) return;
    const { gaps, overflows, maxChanges, drop, delayMs } = this.switches;
    const commitNumber = this.log.nextCommitNumber();
    const events = captureCommit(commit, { isSelected, commitNumber, maxChanges, gaps, overflows });
    if (drop) return;
    if (delayMs === 0 && this.#late.length === 0) return this.#publish(events);
    this.#late.push(events);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#publish(this.#late.shift()!);
    }, delayMs);
    this.#timers.add(timer);
  }

  #publish(events: readonly ChangeEvent[]): void {
    for (const event of events) {
      this.log.append(event);
      if (this.switches.duplicate) this.log.append(event);
    }
    for (const listener of this.#listeners) listener();
  }

  /** Hears when there may be something new. @returns a function that ends it */
  onPublish(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #cancel(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#late = [];
  }

  /** A new stream with the channels of force-app: replay ids of before mean nothing in it. */
  reset(): void {
    this.#cancel();
    this.#state.reset();
    this.channels.maxEntities = 5;
    this.usage.max = 25_000;
    this.switches = { ...DEFAULTS };
    this.#schemaVersion = -1;
    this.#current();
  }

  close(): void {
    this.#cancel();
    this.#state.flush();
  }
}
