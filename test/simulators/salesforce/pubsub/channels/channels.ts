import { makeId } from '../../org/ids.ts';
import type { SimulatedOrg } from '../../org/org.ts';
import type { SObject } from '../../org/types.ts';
import { publishesChanges } from '../events/fields.ts';
import { eventNameOf } from '../events/types.ts';
import { ChannelFault } from './fault.ts';
import { enrichedField, parseFilter, type Filter } from './filter.ts';
import type { ChannelMetadata } from './metadata.ts';

/** The standard channel of all selected entities; it needs no metadata and cannot be filtered. */
export const STANDARD_CHANNEL = 'ChangeEvents';
const MAX_CHANNELS = 100;
const MAX_ENRICHED = 10;

/** Metadata type PlatformEventChannel; `fullName` ends in `__chn`. */
export type Channel = { fullName: string; label: string; channelType: string };

/** Metadata type PlatformEventChannelMember: one entity on one channel. */
export type ChannelMember = {
  fullName: string;
  eventChannel: string;
  /** Name of the event, `AccountChangeEvent` or `Thing__ChangeEvent`. */
  selectedEntity: string;
  filterExpression?: string | undefined;
  enrichedFields: string[];
};

/** Where it comes from: metadata in force, which a deploy replaces, or a call that saved it. */
type Stored<T> = T & { id: string; source: 'metadata' | 'saved' };

export type ChannelData = { channels: Stored<Channel>[]; members: Stored<ChannelMember>[]; lastId: number };

export const noChannels = (): ChannelData => ({ channels: [], members: [], lastId: 0 });

/** A member as deliveries need it. */
export type Selection = {
  filter: Filter | null;
  /** What events of the member always carry: enriched fields and fields of the filter. */
  enriched: readonly string[];
};

/** Channels and selected entities of the org, saved under the rules of Metadata and Tooling API. */
export class Channels {
  readonly #data: () => ChannelData;
  readonly #changed: () => void;
  readonly #org: Pick<SimulatedOrg, 'objects' | 'schemaVersion'>;
  #selections = { schemaVersion: 0, byMember: new WeakMap<ChannelMember, Selection>() };
  /** Entities that may be selected over all channels; five without an add-on. */
  maxEntities = 5;

  /** @param data the state, read anew at every call because a reset replaces it */
  constructor(data: () => ChannelData, changed: () => void, org: Pick<SimulatedOrg, 'objects' | 'schemaVersion'>) {
    this.#data = data;
    this.#changed = changed;
    this.#org = org;
  }

  list(): Readonly<ChannelData> {
    return this.#data();
  }

  has(name: string): boolean {
    return name === STANDARD_CHANNEL || this.#data().channels.some(({ fullName }) => fullName === name);
  }

  /** The object whose events bear this name. */
  objectOf(eventName: string): SObject | undefined {
    return this.#org.objects().find((object) => publishesChanges(object) && eventNameOf(object.name) === eventName);
  }

  isSelected(objectName: string): boolean {
    const name = eventNameOf(objectName);
    return this.#data().members.some(({ selectedEntity }) => selectedEntity === name);
  }

  /** The object's member on a channel. */
  selection(channel: string, objectName: string): Selection | undefined {
    const name = eventNameOf(objectName);
    const member = this.#data().members.find((one) => one.eventChannel === channel && one.selectedEntity === name);
    return member && this.#compiled(member);
  }

  #compiled(member: ChannelMember): Selection {
    const { schemaVersion } = this.#org;
    if (this.#selections.schemaVersion !== schemaVersion) this.#selections = { schemaVersion, byMember: new WeakMap() };
    let selection = this.#selections.byMember.get(member);
    if (!selection) this.#selections.byMember.set(member, (selection = this.#compile(member)));
    return selection;
  }

  #compile({ selectedEntity, filterExpression, enrichedFields }: ChannelMember): Selection {
    const object = this.objectOf(selectedEntity);
    if (!object)
      throw new ChannelFault(
        'INVALID_INPUT',
        'The PlatformEventChannelMember can\'t be created because it references an invalid event in the "selectedEntity" field.',
      );
    const enriched = enrichedFields.map((name) => enrichedField(object, name));
    const filter = filterExpression === undefined ? null : parseFilter(object, filterExpression);
    return { filter, enriched: [...new Set([...enriched, ...(filter?.fields ?? [])])] };
  }

  #id(prefix: string): string {
    return makeId(prefix, ++this.#data().lastId);
  }

  /** Creates or changes a channel. @returns its id @throws ChannelFault */
  saveChannel(channel: Channel, source: 'metadata' | 'saved' = 'saved'): string {
    if (!/^[A-Za-z](?:_?[A-Za-z0-9])*__chn$/.test(channel.fullName))
      throw new ChannelFault('INVALID_INPUT', `Invalid channel name: ${channel.fullName}`);
    if (channel.channelType !== 'data')
      throw new ChannelFault(
        'INVALID_INPUT',
        `The simulated org has channels of type data only: ${channel.channelType}`,
      );
    if (channel.label === '') throw new ChannelFault('REQUIRED_FIELD_MISSING', 'Required fields are missing: [Label]');
    const { channels } = this.#data();
    const at = channels.findIndex(({ fullName }) => fullName === channel.fullName);
    if (at === -1 && channels.length >= MAX_CHANNELS)
      throw new ChannelFault('LIMIT_EXCEEDED', `You've reached the maximum of ${MAX_CHANNELS} custom channels.`);
    const id = channels[at]?.id ?? this.#id('0YL');
    channels.splice(at === -1 ? channels.length : at, 1, { ...channel, id, source });
    this.#changed();
    return id;
  }

  /** Creates a member, or changes filter and enriched fields of one. @returns its id @throws ChannelFault */
  saveMember(member: ChannelMember, source: 'metadata' | 'saved' = 'saved'): string {
    const { members } = this.#data();
    const { fullName, eventChannel, selectedEntity } = member;
    const namespace = /^(.+?)__/.exec(fullName)?.[1];
    if (namespace !== undefined)
      throw new ChannelFault(
        'INVALID_INPUT',
        `Cannot create a new component with the namespace: ${namespace}. Only components in the same namespace as the organization can be created through the API`,
      );
    if (!/^[A-Za-z]\w*$/.test(fullName) || fullName.endsWith('_'))
      throw new ChannelFault('INVALID_INPUT', `Invalid fullName: ${fullName}`);
    if (!this.has(eventChannel)) throw new ChannelFault('INVALID_INPUT', 'Unable to find the specified channel.');
    if (eventChannel === STANDARD_CHANNEL && member.filterExpression !== undefined)
      throw new ChannelFault(
        'INVALID_INPUT',
        `A filter expression isn't supported on the ${STANDARD_CHANNEL} channel.`,
      );
    this.#compile(member);
    if (new Set(member.enrichedFields).size !== member.enrichedFields.length)
      throw new ChannelFault('DUPLICATE_VALUE', 'Duplicate enriched fields.');
    if (member.enrichedFields.length > MAX_ENRICHED)
      throw new ChannelFault('LIMIT_EXCEEDED', `A channel member can have at most ${MAX_ENRICHED} enriched fields.`);
    const same = members.find((one) => one.eventChannel === eventChannel && one.selectedEntity === selectedEntity);
    const at = members.findIndex((one) => one.fullName === fullName);
    if (same && same.fullName !== fullName)
      throw new ChannelFault(
        'DUPLICATE_VALUE',
        `duplicate value found: ${selectedEntity} is selected on ${eventChannel}`,
      );
    if (at !== -1 && !same)
      throw new ChannelFault(
        'INVALID_INPUT',
        "The event channel and selected entity of a channel member can't be changed.",
      );
    const entities = new Set([...members.map((one) => one.selectedEntity), selectedEntity]);
    if (entities.size > this.maxEntities)
      throw new ChannelFault(
        'LIMIT_EXCEEDED',
        `You've reached the maximum number of entities that can be selected for Change Data Capture: ${this.maxEntities}.`,
      );
    const id = members[at]?.id ?? this.#id('0v8');
    members.splice(at === -1 ? members.length : at, 1, { ...member, id, source });
    this.#changed();
    return id;
  }

  /**
   * Puts the channels and members of other metadata in force, as after a deploy; what calls saved is kept.
   * @throws Error that names the file of what the org would not save
   */
  useMetadata({ channels, members }: ChannelMetadata): void {
    const data = this.#data();
    const saved = <T extends { path: string }>(items: readonly T[], save: (item: Omit<T, 'path'>) => void): void => {
      for (const { path, ...item } of items)
        try {
          save(item);
        } catch (error) {
          throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
        }
    };
    data.channels = data.channels.filter(({ source }) => source === 'saved');
    data.members = data.members.filter(({ source }) => source === 'saved');
    saved(channels, (channel) => this.saveChannel(channel, 'metadata'));
    data.members = data.members.filter(({ eventChannel }) => this.has(eventChannel));
    saved(members, (member) => this.saveMember(member, 'metadata'));
    this.#changed();
  }

  /** Removes a channel with its members. @returns false when there is none */
  removeChannel(name: string): boolean {
    const data = this.#data();
    const at = data.channels.findIndex(({ fullName }) => fullName === name);
    if (at === -1) return false;
    data.channels.splice(at, 1);
    data.members = data.members.filter(({ eventChannel }) => eventChannel !== name);
    this.#changed();
    return true;
  }

  /** @returns false when there is none */
  removeMember(name: string): boolean {
    const { members } = this.#data();
    const at = members.findIndex(({ fullName }) => fullName === name);
    if (at === -1) return false;
    members.splice(at, 1);
    this.#changed();
    return true;
  }
}
