import avsc from 'avsc';

/** What the header of a change event says; of the values of the record a decision alone is kept. */
export type ChangeHeader = {
  entityName: string;
  recordIds: string[];
  changeType: string;
  changeOrigin: string;
  transactionKey: string;
  sequenceNumber: number;
  /** ms since 1970, whole seconds. */
  commitTimestamp: number;
  /** Beyond what a number holds. */
  commitNumber: string;
  commitUser: string;
  /** API names; parts of a compound with its name in front, such as `BillingAddress.City`. Of updates only. */
  changedFields: string[];
  /** What somebody decided by this change, of a request that asks for it; null where it tells of none. */
  decision: string | null;
};

type AvroField = { name: string; type: unknown };
type AvroRecord = { fields: AvroField[] };

/** Longs as BigInt: commit numbers go beyond 2^53. */
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

function bitsOf(hex: string): number[] {
  const map = BigInt(hex);
  return Array.from({ length: map.toString(2).length }, (_, bit) => bit).filter((bit) => (map >> BigInt(bit)) & 1n);
}

/** Names of the parts of a compound; a type that was defined before is named. */
function partsOf(type: unknown, named: ReadonlyMap<string, AvroRecord>): string[] {
  for (const option of Array.isArray(type) ? (type as unknown[]) : [type]) {
    const record = typeof option === 'string' ? named.get(option) : (option as AvroRecord);
    if (record && Array.isArray(record.fields)) return record.fields.map(({ name }) => name);
  }
  return [];
}

function namedRecords(fields: readonly AvroField[]): Map<string, AvroRecord> {
  const options = fields.flatMap(({ type }) => (Array.isArray(type) ? (type as unknown[]) : [type]));
  const records = options.filter(
    (one): one is AvroRecord & { name: string } => typeof one === 'object' && one !== null,
  );
  return new Map(records.map((record) => [record.name, record]));
}

/**
 * Names that bitmaps stand for: `0x…` counts the fields of the schema from the lowest bit on, `<index>-0x…` the parts of
 * the compound with that index.
 * Source: Salesforce Pub/Sub API Guide, "Event Deserialization Considerations".
 */
export function fieldsOfBitmaps(schema: AvroRecord, bitmaps: readonly string[]): string[] {
  const named = namedRecords(schema.fields);
  return bitmaps.flatMap((bitmap) => {
    const [, parent, hex] = /^(?:(\d+)-)?(0x[0-9A-Fa-f]+)$/.exec(bitmap) ?? [];
    if (hex === undefined) return [];
    if (parent === undefined) return bitsOf(hex).flatMap((bit) => schema.fields[bit]?.name ?? []);
    const compound = schema.fields[Number(parent)];
    const parts = compound ? partsOf(compound.type, named) : [];
    return bitsOf(hex).flatMap((bit) => (parts[bit] === undefined ? [] : `${compound!.name}.${parts[bit]}`));
  });
}

/** Reads change events of one Avro schema. */
export type EventDecoder = (payload: Buffer) => ChangeHeader;

/** @param json Avro schema, as GetSchema tells it @throws Error when it is none */
export function createDecoder(json: string): EventDecoder {
  const schema = JSON.parse(json) as AvroRecord;
  const type = avsc.Type.forSchema(schema as unknown as avsc.Schema, { wrapUnions: false, registry: { long } });
  return (payload) => {
    const { ChangeEventHeader: header, Decision__c: decision } = type.fromBuffer(payload) as {
      ChangeEventHeader: Omit<ChangeHeader, 'commitTimestamp' | 'commitNumber' | 'decision'> & {
        commitTimestamp: bigint;
        commitNumber: bigint;
      };
      Decision__c?: unknown;
    };
    return {
      ...header,
      commitTimestamp: Number(header.commitTimestamp),
      commitNumber: String(header.commitNumber),
      changedFields: fieldsOfBitmaps(schema, header.changedFields),
      decision: typeof decision === 'string' ? decision : null,
    };
  };
}
