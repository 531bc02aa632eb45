import type { Access, Actor, FieldValue, Org, RowResult, SObject, SRecord } from '../../org/types.ts';
import { combined, holds } from './conditions.ts';
import { FlowFault } from './fault.ts';
import type { Filter, FlowElement, Operand, RecordChoices } from './model.ts';
import type { FlowObject, FlowValue } from './values.ts';
import { isFlowObject } from './values.ts';

type Wanted = Pick<RecordChoices, 'object' | 'filters' | 'logic' | 'sort' | 'limit'>;
type Evaluate = (operand: Operand) => FlowValue;

/** What a user may do with records by a flow in user context: object permissions, field-level security and sharing bind. */
export class FlowRecords {
  readonly #org: Org;
  readonly #actor: Actor;
  readonly #access: Access;
  /** Records that were read from the org, by the object that a reference finds them in. */
  readonly #read = new WeakMap<FlowObject, { object: SObject; record: SRecord }>();

  constructor(org: Org, actor: Actor) {
    this.#org = org;
    this.#actor = actor;
    this.#access = org.accessOf(actor.userId);
  }

  #object(name: string): SObject {
    return this.#org.object(name)!;
  }

  #readable(object: SObject, name: string) {
    const field = this.#org.field(object, name);
    if (!field || !this.#access.readsField(object.name, field.name))
      throw new FlowFault(`The running user has no access to the field ${object.name}.${name}.`);
    return field;
  }

  #value(object: SObject, record: SRecord, name: string): FieldValue {
    return this.#org.value(object, record, this.#readable(object, name), this.#actor.userId);
  }

  /** One field of a record, or of its parents by path; a parent that the user may not see has no values. */
  follow(from: FlowObject, path: readonly string[]): FlowValue {
    const [first = '', ...rest] = path;
    const read = this.#read.get(from);
    if (rest.length === 0)
      return first in from || !read ? (from[first] ?? null) : this.#value(read.object, read.record, first);
    if (!read) return null;
    const reference = [...read.object.fields.values()].find((field) => field.reference?.relationshipName === first)!;
    const id = this.#value(read.object, read.record, reference.name);
    const target = this.#object(reference.reference!.to[0]!);
    const parent = id === null ? null : this.#org.get(target.name, String(id));
    if (!parent || !this.#access.readsObject(target.name) || !this.#access.seesRecord(target.name, parent)) return null;
    return this.follow(this.#asObject(target, parent), rest);
  }

  #asObject(object: SObject, record: SRecord): FlowObject {
    const value: FlowObject = { Id: record.Id };
    this.#read.set(value, { object, record });
    return value;
  }

  #matching(objectName: string, filters: readonly Filter[], logic: string, evaluate: Evaluate): SRecord[] {
    const object = this.#object(objectName);
    if (!this.#access.readsObject(object.name))
      throw new FlowFault(`The running user has no access to the object ${object.name}.`);
    const wanted = filters.map((filter) => ({
      ...filter,
      field: this.#readable(object, filter.field),
      right: filter.value ? evaluate(filter.value) : null,
    }));
    const byId = wanted.find(({ field, operator }) => field.type === 'id' && operator === 'EqualTo');
    const all = byId ? [this.#org.get(object.name, String(byId.right ?? ''))] : this.#org.all(object.name);
    return all.filter((record): record is SRecord => {
      if (!record || !this.#access.seesRecord(object.name, record)) return false;
      return combined(logic, wanted.length, (index) => {
        const { field, operator, right } = wanted[index]!;
        if (field.type === 'id' && operator === 'EqualTo')
          return record.Id === this.#org.get(object.name, String(right))?.Id;
        return holds(operator, this.#org.value(object, record, field, this.#actor.userId), right);
      });
    });
  }

  /** What the user finds, sorted and cut off as the element says. */
  #found(wanted: Wanted, evaluate: Evaluate): SRecord[] {
    const object = this.#object(wanted.object);
    const found = this.#matching(wanted.object, wanted.filters, wanted.logic, evaluate);
    const { sort } = wanted;
    if (sort) {
      const key = (record: SRecord): FieldValue => this.#value(object, record, sort.field);
      const order = (a: FieldValue, b: FieldValue): number => (a === b ? 0 : (a ?? '') < (b ?? '') ? -1 : 1);
      found.sort((a, b) => (sort.descending ? -1 : 1) * order(key(a), key(b)));
    }
    return wanted.limit === null ? found : found.slice(0, wanted.limit);
  }

  choices(wanted: RecordChoices, evaluate: Evaluate): { label: string; value: FlowValue }[] {
    const object = this.#object(wanted.object);
    return this.#found(wanted, evaluate).map((record) => ({
      label: String(this.#value(object, record, wanted.label) ?? ''),
      value: this.#value(object, record, wanted.value),
    }));
  }

  lookUp(element: FlowElement & { kind: 'lookup' }, evaluate: Evaluate): FlowValue {
    const object = this.#object(element.object);
    for (const name of element.fields ?? []) this.#readable(object, name);
    const limited = this.#found(element, evaluate);
    if (!element.first) return limited.map((record) => this.#asObject(object, record));
    return limited[0] ? this.#asObject(object, limited[0]) : null;
  }

  #kept(results: readonly RowResult[]): RowResult[] {
    const failed = results.find(
      ({ success, errors }) => !success && errors[0]?.statusCode !== 'ALL_OR_NONE_OPERATION_ROLLED_BACK',
    );
    if (failed) throw new FlowFault(`${failed.errors[0]!.statusCode}: ${failed.errors[0]!.message}`);
    return [...results];
  }

  static #rows(value: FlowValue): FlowObject[] {
    return (Array.isArray(value) ? value : [value]).filter(isFlowObject);
  }

  /** @param from value of the record variable, with its object, when the element saves one @returns ids */
  create(
    element: FlowElement & { kind: 'create' },
    evaluate: Evaluate,
    from: { object: string; value: FlowValue } | null,
  ): string[] {
    const rows = from
      ? FlowRecords.#rows(from.value)
      : [Object.fromEntries(element.assignments.map(({ field, value }) => [field, evaluate(value)]))];
    const options = { ...this.#actor, allOrNone: true };
    const results = this.#kept(this.#org.insert(from?.object ?? element.object!, rows, options));
    if (from) for (const [at, row] of rows.entries()) row['Id'] = results[at]!.id;
    return results.map(({ id }) => id!);
  }

  change(
    element: FlowElement & { kind: 'update' | 'delete' },
    evaluate: Evaluate,
    from: { object: string; value: FlowValue } | null,
  ): void {
    const object = from?.object ?? element.object!;
    const given = Object.fromEntries(element.assignments.map(({ field, value }) => [field, evaluate(value)]));
    const rows: FlowObject[] = from
      ? FlowRecords.#rows(from.value)
      : this.#matching(object, element.filters, element.logic, evaluate).map(({ Id }) => ({ Id, ...given }));
    const options = { ...this.#actor, allOrNone: true };
    if (rows.some(({ Id }) => typeof Id !== 'string')) throw new FlowFault('MISSING_ARGUMENT: Id not specified');
    if (element.kind === 'update') this.#kept(this.#org.update(object, rows, options));
    else
      this.#kept(
        this.#org.remove(
          object,
          rows.map(({ Id }) => String(Id)),
          options,
        ),
      );
  }
}
