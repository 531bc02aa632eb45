import { status } from '@grpc/grpc-js';
import type { UserAccess } from '../../org/access.ts';
import type { FieldValue, SObject } from '../../org/types.ts';
import type { ChangeData } from '../changeData.ts';
import { STANDARD_CHANNEL, type Selection } from '../channels/channels.ts';
import { encodeEvent } from '../events/encode.ts';
import { encodeReplayId, type Entry } from '../events/log.ts';
import type { ChangeEvent } from '../events/types.ts';
import { receivesChanges } from './auth.ts';
import { PubSubFault } from './errors.ts';
import type { ConsumerEvent } from './wire.ts';

/** What can be subscribed to: the events of one object, or a channel of several. */
export type Topic = { name: string; object: SObject | null; channel: string | null };

function notFound(name: string): PubSubFault {
  return new PubSubFault(
    status.NOT_FOUND,
    'topic.not.found',
    `Topic not found: ${name}. Verify that the topic exists and that its entity is selected for Change Data Capture.`,
  );
}

/**
 * Names are case-sensitive. An object that is selected nowhere has no topic.
 * @throws PubSubFault NOT_FOUND
 */
export function findTopic(data: ChangeData, name: string): Topic {
  const channel = /^\/data\/(\w+)$/.exec(name)?.[1];
  if (channel === undefined) throw notFound(name);
  if (channel === STANDARD_CHANNEL || data.channels.has(channel)) return { name, object: null, channel };
  const object = data.channels.objectOf(channel);
  if (!object || !data.channels.isSelected(object.name)) throw notFound(name);
  return { name, object, channel: null };
}

/**
 * Topics of one object ask for the permission at once; channels leave out what the subscriber may not see.
 * @throws PubSubFault PERMISSION_DENIED
 */
export function mustSubscribe(data: ChangeData, topic: Topic, access: UserAccess): void {
  if (topic.object && !receivesChanges(access, data.org, topic.object.name))
    throw new PubSubFault(
      status.PERMISSION_DENIED,
      'topic.permission.denied',
      `The user doesn't have permission to subscribe to ${topic.name}: View All Records of ${topic.object.name} is needed.`,
    );
}

/** Topics of one object have neither filter nor enrichment. */
const PLAIN: Selection = { filter: null, enriched: [] };

/** Delivers the entries of the log that one subscriber of a topic gets. */
export class TopicReader {
  readonly #data: ChangeData;
  readonly #topic: Topic;

  constructor(data: ChangeData, topic: Topic) {
    this.#data = data;
    this.#topic = topic;
  }

  #selection(objectName: string): Selection | undefined {
    const { object, channel } = this.#topic;
    if (channel !== null) return this.#data.channels.selection(channel, objectName);
    return object?.name === objectName ? PLAIN : undefined;
  }

  /**
   * Events of one position. Enriched events of several records come one by one under the same replay id, because the
   * fields that are added may differ.
   */
  read({ replay, event }: Entry, access: UserAccess): ConsumerEvent[] {
    const selection = event && this.#selection(event.entityName);
    const object = event && this.#data.org.object(event.entityName);
    if (!event || !selection || !object || !receivesChanges(access, this.#data.org, object.name)) return [];
    const schema = this.#data.schemas.of(object);
    const groups = selection.enriched.length > 0 ? event.recordIds.map((id) => [id]) : [event.recordIds];
    const reads = (name: string): boolean => access.readsField(object.name, name);
    return groups.flatMap((recordIds) => {
      const stored = this.#data.org.store.find(object, recordIds[0]!);
      const valueOf = (name: string): FieldValue =>
        name in event.values ? event.values[name]! : carriesAll(event) ? null : (stored?.[name] ?? null);
      if (selection.filter && !isUnknown(event) && !selection.filter.matches(lookup(event, valueOf))) return [];
      const isEnriched = event.changeType === 'UPDATE' || event.changeType === 'DELETE';
      const enriched = isEnriched ? Object.fromEntries(selection.enriched.map((name) => [name, valueOf(name)])) : {};
      const payload = encodeEvent(schema, event, { recordIds, reads, enriched });
      // Change events carry no id of their own.
      return [{ event: { id: '', schemaId: schema.id, payload }, replayId: encodeReplayId(replay) }];
    });
  }
}

const carriesAll = ({ changeType }: ChangeEvent): boolean => changeType === 'CREATE' || changeType === 'UNDELETE';

/** An overflow names no record, so that no filter can tell that it is not of interest. */
const isUnknown = ({ changeType }: ChangeEvent): boolean => changeType === 'GAP_OVERFLOW';

function lookup(event: ChangeEvent, valueOf: (name: string) => FieldValue): (name: string) => FieldValue {
  return (name) => {
    const header = /^ChangeEventHeader\.(\w+)$/.exec(name)?.[1] as keyof ChangeEvent | undefined;
    if (header === undefined) return valueOf(name);
    return header === 'commitNumber' ? Number(event.commitNumber) : (event[header] as FieldValue);
  };
}
