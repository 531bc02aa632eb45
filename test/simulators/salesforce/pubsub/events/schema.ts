import { createHash } from 'node:crypto';
import avsc from 'avsc';
import type { Field, SObject } from '../../org/types.ts';
import { eventFields, type EventField } from './fields.ts';
import { CHANGE_TYPES, eventNameOf } from './types.ts';

type AvroField = { name: string; type: unknown; doc?: string; default?: null };

/** Avro type and the name of the platform's data type, which real schemas carry as `doc`. */
function typeOf(field: Field): { avro: string; doc: string } {
  switch (field.type as string) {
    case 'boolean':
      return { avro: 'boolean', doc: 'Boolean' };
    case 'int':
      return { avro: 'int', doc: 'Integer' };
    case 'double':
      return { avro: 'double', doc: 'Double' };
    case 'currency':
      return { avro: 'double', doc: 'Currency' };
    case 'percent':
      return { avro: 'double', doc: 'Percent' };
    case 'date':
      return { avro: 'long', doc: 'DateOnly' };
    case 'datetime':
      return { avro: 'long', doc: 'DateTime' };
    case 'time':
      return { avro: 'long', doc: 'TimeOnly' };
    case 'reference':
    case 'id':
      return { avro: 'string', doc: 'EntityId' };
    case 'picklist':
      return { avro: 'string', doc: field.custom ? 'DynamicEnum' : 'StaticEnum' };
    case 'multipicklist':
      return { avro: 'string', doc: 'MultiEnum' };
    case 'textarea':
      return { avro: 'string', doc: 'MultiLineText' };
    case 'email':
      return { avro: 'string', doc: 'Email' };
    case 'phone':
      return { avro: 'string', doc: 'Phone' };
    case 'url':
      return { avro: 'string', doc: 'Url' };
    default:
      return { avro: 'string', doc: 'Text' };
  }
}

const PART_TYPES: Record<string, string> = { Latitude: 'double', Longitude: 'double' };

const HEADER = {
  type: 'record',
  name: 'ChangeEventHeader',
  fields: [
    { name: 'entityName', type: 'string' },
    { name: 'recordIds', type: { type: 'array', items: 'string' } },
    { name: 'changeType', type: { type: 'enum', name: 'ChangeType', symbols: CHANGE_TYPES } },
    { name: 'changeOrigin', type: 'string' },
    { name: 'transactionKey', type: 'string' },
    { name: 'sequenceNumber', type: 'int' },
    { name: 'commitTimestamp', type: 'long' },
    { name: 'commitNumber', type: 'long' },
    { name: 'commitUser', type: 'string' },
    { name: 'nulledFields', type: { type: 'array', items: 'string' } },
    { name: 'diffFields', type: { type: 'array', items: 'string' } },
    { name: 'changedFields', type: { type: 'array', items: 'string' } },
  ],
};

function avroField({ name, field, compound }: EventField, named: Set<string>): AvroField {
  if (!compound) {
    const { avro, doc } = typeOf(field!);
    return { name, type: ['null', avro], doc: `Data:${doc}`, default: null };
  }
  const known = named.has(compound.type);
  named.add(compound.type);
  const record = {
    type: 'record',
    name: compound.type,
    fields: compound.parts.map((part) => ({
      name: part.name,
      type: ['null', PART_TYPES[part.name] ?? 'string'],
      default: null,
    })),
  };
  const type = ['null', ...(field ? ['string'] : []), known ? compound.type : record];
  return { name, type, doc: `Data:${compound.type}`, default: null };
}

/** Longs as BigInt: commit numbers go beyond what a number holds. */
const long = avsc.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(value);
    return buffer;
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
});

/** Where a field of the object stands in its events: bits of the bitmaps count by these. */
export type Position = { index: number; part?: number };

/** Schema of an object's events. */
export class EventSchema {
  readonly object: SObject;
  readonly fields: readonly EventField[];
  readonly json: string;
  /** Fingerprint of the schema: 22 characters, the same as long as the fields are. */
  readonly id: string;
  readonly type: avsc.Type;
  readonly #positions = new Map<string, Position>();

  constructor(object: SObject) {
    this.object = object;
    this.fields = eventFields(object);
    const named = new Set<string>();
    const schema = {
      type: 'record',
      name: eventNameOf(object.name),
      namespace: 'com.sforce.eventbus',
      fields: [{ name: 'ChangeEventHeader', type: HEADER }, ...this.fields.map((field) => avroField(field, named))],
    };
    this.json = JSON.stringify(schema);
    this.id = createHash('md5').update(this.json).digest('base64url');
    this.type = avsc.Type.forSchema(JSON.parse(this.json) as avsc.Schema, { wrapUnions: false, registry: { long } });
    // The header is number 0.
    for (const [at, { field, compound }] of this.fields.entries()) {
      if (field) this.#positions.set(field.name, { index: at + 1 });
      for (const [part, { field: inner }] of (compound?.parts ?? []).entries())
        if (inner) this.#positions.set(inner.name, { index: at + 1, part });
    }
  }

  /** Undefined for fields that events of this object do not carry. */
  position(fieldName: string): Position | undefined {
    return this.#positions.get(fieldName);
  }
}

/** Schemas by object and by id; those of before a change of the object stay known by their id. */
export class EventSchemas {
  readonly #byObject = new WeakMap<SObject, EventSchema>();
  readonly #byId = new Map<string, EventSchema>();

  of(object: SObject): EventSchema {
    const known = this.#byObject.get(object);
    if (known && known.fields === eventFields(object)) return known;
    const schema = new EventSchema(object);
    this.#byObject.set(object, schema);
    this.#byId.set(schema.id, schema);
    return schema;
  }

  byId(id: string): EventSchema | undefined {
    return this.#byId.get(id);
  }
}
