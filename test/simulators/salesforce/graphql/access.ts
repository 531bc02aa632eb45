import type { Access, Field, Org, SObject } from '../org/types.ts';

/** An object as one user may know it: what is not in here does not exist for them. */
export type VisibleObject = {
  object: SObject;
  fields: Field[];
  /** References to follow; `to` has the kinds that the user may read, `polymorphic` as the field is declared. */
  parents: { field: Field; relationshipName: string; to: SObject[]; polymorphic: boolean }[];
  children: { object: SObject; field: Field; relationshipName: string }[];
};

/** By API name. Object permission and field-level security only: sharing is asked record by record. */
export type View = Map<string, VisibleObject>;

export function viewOf(org: Org, access: Access): View {
  const readable = org.objects().filter((object) => access.readsObject(object.name));
  const names = new Set(readable.map((object) => object.name));
  const reads = (object: SObject, field: Field) => field.type === 'id' || access.readsField(object.name, field.name);
  return new Map(
    readable.map((object) => {
      const fields = [...object.fields.values()].filter((field) => reads(object, field));
      const parents = fields.flatMap((field) => {
        if (!field.reference) return [];
        const { to, relationshipName } = field.reference;
        const known = to.filter((name) => names.has(name)).map((name) => org.object(name)!);
        return known.length === 0 ? [] : [{ field, relationshipName, to: known, polymorphic: to.length > 1 }];
      });
      const children = org
        .children(object)
        .filter((child) => names.has(child.object.name) && reads(child.object, child.field));
      return [object.name, { object, fields, parents, children }];
    }),
  );
}

/** The same for two users exactly when they see the same schema. */
export function fingerprint(view: View): string {
  return [...view.values()]
    .map(({ object, fields }) => `${object.name}(${fields.map(({ name, type }) => `${name}:${type}`).join()})`)
    .join();
}
