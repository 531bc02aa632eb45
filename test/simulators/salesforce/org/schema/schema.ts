import type { CompiledFormula } from '../formula/compile.ts';
import type { DuplicateRule } from '../duplicates/rules.ts';
import type { SharingRule } from '../sharing/rules.ts';
import type { Field, SObject } from '../types.ts';
import type { Summary } from './summaries.ts';

export type ChildRelationship = { object: SObject; field: Field; relationshipName: string };

export type RecordTypeInfo = {
  object: string;
  developerName: string;
  label: string;
  description: string | null;
  active: boolean;
  /** Of force-app; the other is the record type of Person Accounts. */
  custom: boolean;
  /** Values that the record type leaves of a picklist, by field. */
  picklists: Map<string, readonly string[]>;
};

/** All objects of the org; names are found whatever their case. */
export class Schema {
  readonly formulas = new Map<Field, CompiledFormula>();
  readonly rules = new Map<SObject['validationRules'][number], CompiledFormula>();
  /** Default values that are formulas. */
  readonly defaults = new Map<Field, CompiledFormula>();
  readonly summaries: (Summary & { master: SObject })[] = [];
  readonly duplicateRules: DuplicateRule[] = [];
  readonly sharingRules: SharingRule[] = [];
  readonly recordTypes: RecordTypeInfo[] = [];
  /** Fields of Person Accounts → fields of their Contact; empty without Person Accounts. */
  readonly personFields = new Map<string, string>();
  readonly #objects = new Map<string, SObject>();
  readonly #fields = new WeakMap<SObject, Map<string, Field>>();
  readonly #children = new WeakMap<SObject, ChildRelationship[]>();
  readonly #references = new WeakMap<SObject, { object: SObject; field: Field }[]>();

  constructor(objects: readonly SObject[]) {
    for (const object of objects) this.add(object);
  }

  add(object: SObject): void {
    this.#objects.set(object.name.toLowerCase(), object);
  }

  all(): SObject[] {
    return [...this.#objects.values()];
  }

  object(name: string): SObject | undefined {
    return this.#objects.get(name.toLowerCase());
  }

  /** The object whose ids begin as `id` does. */
  objectOfId(id: string): SObject | undefined {
    return this.all().find(({ keyPrefix }) => keyPrefix !== '' && id.startsWith(keyPrefix));
  }

  field(object: SObject, name: string): Field | undefined {
    const exact = object.fields.get(name);
    if (exact) return exact;
    let lower = this.#fields.get(object);
    if (!lower || lower.size !== object.fields.size) {
      lower = new Map([...object.fields.values()].map((field) => [field.name.toLowerCase(), field]));
      this.#fields.set(object, lower);
    }
    return lower.get(name.toLowerCase());
  }

  /** The reference field that is followed by `relationshipName` (`Account__r`, `Owner`). */
  relationship(object: SObject, relationshipName: string): Field | undefined {
    const wanted = relationshipName.toLowerCase();
    for (const field of object.fields.values())
      if (field.reference?.relationshipName.toLowerCase() === wanted) return field;
    return undefined;
  }

  /** Every reference that points to `object`, with or without a list name. */
  references(object: SObject): { object: SObject; field: Field }[] {
    let found = this.#references.get(object);
    if (!found) {
      found = this.all().flatMap((other) =>
        [...other.fields.values()]
          .filter((field) => field.reference?.to.includes(object.name))
          .map((field) => ({ object: other, field })),
      );
      this.#references.set(object, found);
    }
    return found;
  }

  children(object: SObject): ChildRelationship[] {
    let found = this.#children.get(object);
    if (!found) {
      found = this.references(object).flatMap(({ object: child, field }) => {
        const relationshipName = field.reference?.childRelationshipName;
        return relationshipName === undefined ? [] : [{ object: child, field, relationshipName }];
      });
      this.#children.set(object, found);
    }
    return found;
  }
}
