import type { Access, Field, Org, SObject } from '../org/types.ts';

/** An object as one user may know it: what is not in here does not exist for them. */
export type VisibleObject = {
  object: SObject;
  fields: Field[];
  /** References to follow; `to` has the kinds that the user may read, `polymorphic` as the field is declared. */
  parents: { field: Field; relationshipName: string; to: SObject[]; polymorphic: boolean }[];
  children: { object: SObject; field: Field; relationshipName: string }[];
  /** Fields of a new record, or of a change, that the user may give; empty where the user may not do that at all. */
  creates: Field[];
  edits: Field[];
  deletes: boolean;
};

/** By API name. Object permission and field-level security only: sharing is asked record by record. */
export type View = Map<string, VisibleObject>;

export function viewOf(org: Org, access: Access): View {
  const readable = org.objects().filter((object) => !object.apiOnly && access.readsObject(object.name));
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
      const writes = (allowed: boolean, how: 'createable' | 'updateable') =>
        allowed
          ? fields.filter((field) => field.type !== 'id' && field[how] && access.editsField(object.name, field.name))
          : [];
      const creates = writes(access.createsObject(object.name), 'createable');
      const edits = writes(access.editsObject(object.name), 'updateable');
      const deletes = access.deletesObject(object.name);
      return [object.name, { object, fields, parents, children, creates, edits, deletes }];
    }),
  );
}

/** The same for two users exactly when they see the same schema. */
export function fingerprint(view: View): string {
  return [...view.values()]
    .map(({ object, fields, creates, edits, deletes }) => {
      const names = (list: Field[]) => list.map(({ name, type }) => `${name}:${type}`).join();
      return `${object.name}(${names(fields)};${names(creates)};${names(edits)};${deletes})`;
    })
    .join();
}
