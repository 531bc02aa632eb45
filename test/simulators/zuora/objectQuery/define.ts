import type { Tenant } from '../tenant.ts';

/** A record that a query looks at: whatever its object keeps. */
export type Rec = object;

/** One object of the tenant as all query families see it: Object Query, ZOQL, Data Query, AQuA and CRUD reads. */
export type QueryObject = {
  /** Such as `RatePlanCharge`: the name in ZOQL and, in lower case, the table of Data Query. */
  name: string;
  /** Such as `ratePlanCharge`, in `<singular>.fields[]`. */
  singular: string;
  /** Fields by which `/{key}` finds an object, beside its id. */
  keys: readonly string[];
  /** Fields that filters and sorts of Object Query may name, beside ids, stamps and custom fields. */
  filterable: readonly string[];
  /** False for what ZOQL does not know: orders, and what Invoice Settlement brought. */
  zoql: boolean;
  records(tenant: Tenant): readonly Rec[];
  /** Values by field in camelCase, worked out only when they are asked for. */
  fields(tenant: Tenant): ReadonlyMap<string, Field>;
  /** What `expand[]` can add, by name: one record above, or a list below. */
  expands: Readonly<Record<string, Expand>>;
};

export type Field = { name: string; of: (record: Rec) => unknown };

export type Expand =
  | { object: string; one: (tenant: Tenant, record: Rec) => Rec | undefined }
  | { object: string; many: (tenant: Tenant, record: Rec) => readonly Rec[] };

type Definition<T extends Rec> = {
  name: string;
  singular?: string;
  keys?: readonly string[];
  filterable?: readonly string[];
  zoql?: boolean;
  records: (tenant: Tenant) => readonly T[];
  fields: Record<string, (record: T, tenant: Tenant) => unknown>;
  /** Custom fields that an administrator has defined. */
  custom?: { names: (tenant: Tenant) => readonly string[]; of: (record: T) => Record<string, unknown> };
  one?: Record<string, { object: string; of: (record: T, tenant: Tenant) => Rec | undefined }>;
  many?: Record<string, { object: string; of: (record: T, tenant: Tenant) => readonly Rec[] }>;
};

const always = ['id', 'createdDate', 'updatedDate', 'createdById', 'updatedById'];

/** Defines an object of all query families. */
export function define<T extends Rec>(given: Definition<T>): QueryObject {
  const cast = (record: Rec) => record as T;
  const expands: Record<string, Expand> = {};
  for (const [name, { object, of }] of Object.entries(given.one ?? {}))
    expands[name] = { object, one: (tenant, record) => of(cast(record), tenant) };
  for (const [name, { object, of }] of Object.entries(given.many ?? {}))
    expands[name] = { object, many: (tenant, record) => of(cast(record), tenant) };
  const byTenant = new WeakMap<Tenant, Map<string, Field>>();
  const fieldsOf = (tenant: Tenant): Map<string, Field> => {
    const fields = new Map<string, Field>();
    const add = (name: string, of: (record: T) => unknown) =>
      fields.set(name.toLowerCase(), { name, of: (record) => of(cast(record)) ?? null });
    for (const [name, of] of Object.entries(given.fields)) add(name, (record) => of(record, tenant));
    for (const name of given.custom?.names(tenant) ?? []) add(name, (record) => given.custom!.of(record)[name]);
    return fields;
  };
  return {
    name: given.name,
    singular: given.singular ?? given.name[0]!.toLowerCase() + given.name.slice(1),
    keys: ['id', ...(given.keys ?? [])],
    filterable: [...always, ...(given.filterable ?? [])],
    zoql: given.zoql ?? true,
    records: given.records,
    fields(tenant) {
      let fields = byTenant.get(tenant);
      if (!fields) byTenant.set(tenant, (fields = fieldsOf(tenant)));
      return fields;
    },
    expands,
  };
}
