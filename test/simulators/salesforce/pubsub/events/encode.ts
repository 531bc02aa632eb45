import type { Field, FieldValue } from '../../org/types.ts';
import type { EventSchema } from './schema.ts';
import type { ChangeEvent } from './types.ts';

/** What one subscriber gets of an event. */
export type View = {
  recordIds: readonly string[];
  /** Field-level security: what the subscriber may not read is left out. */
  reads(fieldName: string): boolean;
  /** Fields that the channel adds, with the values that they have now. */
  enriched: Readonly<Record<string, FieldValue>>;
};

function hex(bits: Iterable<number>): string | null {
  let map = 0n;
  for (const bit of bits) map |= 1n << BigInt(bit);
  if (map === 0n) return null;
  const digits = map.toString(16).toUpperCase();
  return `0x${digits.length % 2 === 0 ? digits : `0${digits}`}`;
}

/**
 * Fields as bitmaps over the order of the schema, the lowest bit for the first field: one for the fields themselves, then
 * one as `<index>-0x…` for the parts of each compound; none of either kind is left out, not sent as zero.
 */
export function bitmaps(schema: EventSchema, fieldNames: Iterable<string>): string[] {
  const top: number[] = [];
  const parts = new Map<number, number[]>();
  for (const name of fieldNames) {
    const position = schema.position(name);
    if (!position) continue;
    if (position.part === undefined) top.push(position.index);
    else parts.set(position.index, [...(parts.get(position.index) ?? []), position.part]);
  }
  const first = hex(top);
  const nested = [...parts].sort(([a], [b]) => a - b).map(([index, bits]) => `${index}-${hex(bits)}`);
  return first === null ? nested : [first, ...nested];
}

function avroValue(type: string, value: FieldValue): unknown {
  if (value === null) return null;
  if (type === 'date' || type === 'datetime') return BigInt(Date.parse(String(value)));
  if (type === 'time') return BigInt(Date.parse(`1970-01-01T${String(value).replace(/Z?$/, 'Z')}`));
  if (['boolean', 'int', 'double', 'currency', 'percent'].includes(type)) return value;
  return String(value);
}

/** The event as Avro binary. */
export function encodeEvent(schema: EventSchema, event: ChangeEvent, view: View): Buffer {
  const shown = (names: Iterable<string>): string[] => [...names].filter((name) => view.reads(name));
  const values: Record<string, FieldValue> = { ...view.enriched, ...event.values };
  const valueOf = (field: Field | undefined): unknown =>
    field && view.reads(field.name) ? avroValue(field.type, values[field.name] ?? null) : null;
  const { entityName, changeType, changeOrigin, transactionKey, sequenceNumber, commitUser } = event;
  const message: Record<string, unknown> = {
    ChangeEventHeader: {
      ...{ entityName, changeType, changeOrigin, transactionKey, sequenceNumber, commitUser },
      recordIds: view.recordIds,
      commitTimestamp: BigInt(event.commitTimestamp),
      commitNumber: BigInt(event.commitNumber),
      nulledFields: bitmaps(schema, shown(event.nulledFields)),
      diffFields: [],
      changedFields: bitmaps(schema, shown(event.changedFields)),
    },
  };
  for (const { name, field, compound } of schema.fields) {
    const parts = Object.fromEntries((compound?.parts ?? []).map((part) => [part.name, valueOf(part.field)]));
    const isPerson = Object.values(parts).some((part) => part !== null);
    message[name] = isPerson ? parts : valueOf(field);
  }
  return schema.type.toBuffer(message);
}
