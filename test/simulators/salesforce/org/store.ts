import type { SimState } from '../../kit/state.ts';
import { makeId, normalizeId } from './ids.ts';
import type { Schema } from './schema/schema.ts';
import { CUSTOM_SHARE_PREFIX } from './schema/shares.ts';
import type { Field, FieldValue, SObject, SRecord } from './types.ts';

/** What is kept in the state file: plain data. */
export type OrgData = {
  /** Custom objects get their prefix when they are first seen, as in an org. */
  keyPrefixes: Record<string, string>;
  sequences: Record<string, number>;
  /** Deleted records stay, with `IsDeleted` true. */
  records: Record<string, Record<string, SRecord>>;
};

export const emptyData = (): OrgData => ({ keyPrefixes: {}, sequences: {}, records: {} });

type Index = Map<string, Set<string>>;

const DECIDES_ACCESS: ReadonlySet<string> = new Set([
  ...['User', 'UserRole', 'Group', 'GroupMember', 'PermissionSet', 'PermissionSetAssignment', 'Profile'],
]);

/** One record that was put, with what was there before. */
export type Put = { object: SObject; id: string; before: SRecord | undefined };

/** Records by object and id, with indexes of unique, external id and reference fields over what is not deleted. */
export class Store {
  /** Rises when users or their permissions may have changed. */
  accessVersion = 0;
  #schema: Schema;
  readonly #state: SimState<OrgData>;
  readonly #indexes = new Map<Field, Index>();
  readonly #indexedFields = new WeakMap<SObject, readonly Field[]>();
  readonly #live = new Map<string, Set<string>>();
  readonly #deleted = new Map<string, Set<string>>();
  #undo: Put[] | null = null;

  constructor(schema: Schema, state: SimState<OrgData>) {
    this.#schema = schema;
    this.#state = state;
    this.rebuild();
  }

  /** Takes another schema: values of fields and objects that are gone are dropped, new checkboxes are unchecked. */
  useSchema(schema: Schema): void {
    this.#schema = schema;
    for (const [name, records] of Object.entries(this.#state.data.records)) {
      const object = schema.object(name);
      if (!object) delete this.#state.data.records[name];
      else for (const record of Object.values(records)) fitTo(object, record);
    }
    this.rebuild();
    this.#state.touch();
  }

  /** Works the indexes out anew, after the data was replaced. */
  rebuild(): void {
    this.#indexes.clear();
    this.#live.clear();
    this.#deleted.clear();
    this.#assignPrefixes();
    this.accessVersion++;
    for (const object of this.#schema.all())
      for (const record of Object.values(this.#records(object)))
        if (record['IsDeleted'] !== true) this.#enter(object, record);
        else this.#bin(object, record.Id);
  }

  #assignPrefixes(): void {
    const prefixes = this.#state.data.keyPrefixes;
    for (const object of this.#schema.all()) {
      if (!object.custom) continue;
      prefixes[object.name] ??= `a${String(Object.keys(prefixes).length).padStart(2, '0')}`;
      object.keyPrefix = prefixes[object.name]!;
    }
  }

  #records(object: SObject): Record<string, SRecord> {
    return (this.#state.data.records[object.name] ??= {});
  }

  nextId(object: SObject): string {
    return makeId(object.keyPrefix, this.#next(object.keyPrefix === CUSTOM_SHARE_PREFIX ? 'shares' : object.name, 1));
  }

  /** The next number of an auto-number field, as it is shown. */
  nextNumber(object: SObject, field: Field): string {
    const { format, first } = field.autoNumber!;
    const next = this.#next(`${object.name}.${field.name}`, first);
    return format.replace(/\{(0+)\}/, (_, zeros: string) => String(next).padStart(zeros.length, '0'));
  }

  /** Numbers are not given twice, even when a transaction is taken back. */
  #next(sequence: string, first: number): number {
    const { sequences } = this.#state.data;
    return (sequences[sequence] = (sequences[sequence] ?? first - 1) + 1);
  }

  /** Deleted or not. */
  find(object: SObject, id: string): SRecord | undefined {
    const normal = normalizeId(id);
    return normal === null ? undefined : this.#records(object)[normal];
  }

  live(object: SObject): SRecord[] {
    const records = this.#records(object);
    return [...(this.#live.get(object.name) ?? [])].map((id) => records[id]!);
  }

  /** In the recycle bin, or beyond it. */
  deleted(object: SObject): SRecord[] {
    const records = this.#records(object);
    return [...(this.#deleted.get(object.name) ?? [])].map((id) => records[id]!);
  }

  /** With the deleted ones. */
  everything(object: SObject): SRecord[] {
    return Object.values(this.#records(object));
  }

  /** How many records there are, deleted ones too. */
  count(): number {
    return Object.values(this.#state.data.records).reduce((sum, records) => sum + Object.keys(records).length, 0);
  }

  isIndexed(field: Field): boolean {
    return field.unique || field.externalId || field.type === 'reference';
  }

  /** Ids of records that hold `value` in an indexed field, not deleted. */
  holding(field: Field, value: FieldValue): readonly string[] {
    return value === null ? [] : [...(this.#indexes.get(field)?.get(indexKey(field, value)) ?? [])];
  }

  put(object: SObject, record: SRecord): void {
    const records = this.#records(object);
    const before = records[record.Id];
    this.#undo?.push({ object, id: record.Id, before });
    this.#replace(object, record.Id, before, record);
  }

  /** Removes a record for good. */
  erase(object: SObject, id: string): void {
    const before = this.#records(object)[id];
    this.#undo?.push({ object, id, before });
    this.#replace(object, id, before, undefined);
  }

  #replace(object: SObject, id: string, before: SRecord | undefined, after: SRecord | undefined): void {
    const records = this.#records(object);
    if (before && before['IsDeleted'] !== true) this.#leave(object, before);
    else this.#deleted.get(object.name)?.delete(id);
    if (after) records[id] = after;
    else delete records[id];
    if (after && after['IsDeleted'] !== true) this.#enter(object, after);
    else if (after) this.#bin(object, id);
    if (DECIDES_ACCESS.has(object.name)) this.accessVersion++;
    this.#state.touch();
  }

  #bin(object: SObject, id: string): void {
    let bin = this.#deleted.get(object.name);
    if (!bin) this.#deleted.set(object.name, (bin = new Set()));
    bin.add(id);
  }

  #indexed(object: SObject): readonly Field[] {
    let fields = this.#indexedFields.get(object);
    if (!fields) {
      fields = [...object.fields.values()].filter((field) => this.isIndexed(field));
      this.#indexedFields.set(object, fields);
    }
    return fields;
  }

  #enter(object: SObject, record: SRecord): void {
    let live = this.#live.get(object.name);
    if (!live) this.#live.set(object.name, (live = new Set()));
    live.add(record.Id);
    for (const field of this.#indexed(object)) {
      const value = record[field.name] ?? null;
      if (value === null) continue;
      let index = this.#indexes.get(field);
      if (!index) this.#indexes.set(field, (index = new Map()));
      const key = indexKey(field, value);
      let ids = index.get(key);
      if (!ids) index.set(key, (ids = new Set()));
      ids.add(record.Id);
    }
  }

  #leave(object: SObject, record: SRecord): void {
    this.#live.get(object.name)?.delete(record.Id);
    for (const field of this.#indexed(object)) {
      const value = record[field.name] ?? null;
      if (value === null) continue;
      const index = this.#indexes.get(field);
      const key = indexKey(field, value);
      const ids = index?.get(key);
      ids?.delete(record.Id);
      if (ids?.size === 0) index?.delete(key);
    }
  }

  /**
   * Runs `work`; when it throws or asks for it, every put since is taken back. Transactions nest.
   * @param kept called with what the outermost transaction put, in order, once it is kept
   */
  transaction<T>(work: (rollback: () => void) => T, kept?: (puts: readonly Put[]) => void): T {
    const outer = this.#undo;
    const mine: NonNullable<typeof outer> = [];
    this.#undo = mine;
    const rollback = (): void => {
      this.#undo = null;
      for (let entry = mine.pop(); entry; entry = mine.pop())
        this.#replace(entry.object, entry.id, this.#records(entry.object)[entry.id], entry.before);
      this.#undo = mine;
    };
    try {
      return work(rollback);
    } catch (error) {
      rollback();
      throw error;
    } finally {
      this.#undo = outer;
      outer?.push(...mine);
      if (!outer && mine.length > 0) kept?.(mine);
    }
  }
}

function fitTo(object: SObject, record: SRecord): void {
  for (const name of Object.keys(record)) if (!object.fields.has(name) && !name.startsWith('_')) delete record[name];
  for (const field of object.fields.values())
    if (field.custom && field.type === 'boolean' && field.formula === undefined)
      record[field.name] ??= field.defaultValue ?? false;
}

function indexKey(field: Field, value: FieldValue): string {
  const text = String(value);
  return field.type === 'reference' || field.caseSensitive ? text : text.toLowerCase();
}
