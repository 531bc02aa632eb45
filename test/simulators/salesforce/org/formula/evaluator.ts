import type { SimClock } from '../../../kit/clock.ts';
import type { UserAccess } from '../access.ts';
import type { Schema } from '../schema/schema.ts';
import type { Store } from '../store.ts';
import { toDateTime } from '../values.ts';
import type { Field, FieldValue, SObject, SRecord } from '../types.ts';
import type { CompiledFormula, FieldReference, FormulaContext } from './typed.ts';

type Asker = Pick<UserAccess, 'userId' | 'hasCustomPermission'>;

/** Works formulas out on records; sharing does not hide from them what they refer to. */
export class Evaluator {
  readonly #schema: Schema;
  readonly #store: Store;
  readonly #clock: SimClock;

  constructor(schema: Schema, store: Store, clock: SimClock) {
    this.#schema = schema;
    this.#store = store;
    this.#clock = clock;
  }

  /** Stored value, or the formula worked out; `$User` is blank when nobody asks. */
  value(object: SObject, record: SRecord, field: Field, asker: Asker | null): FieldValue {
    const formula = this.#schema.formulas.get(field);
    if (!formula) return record[field.name] ?? null;
    return this.#shown(field, formula.evaluate(this.#context(object, record, null, asker)));
  }

  /** @param prior null for a new record */
  evaluate(
    formula: CompiledFormula,
    object: SObject,
    record: SRecord,
    prior: SRecord | null,
    asker: Asker,
  ): FieldValue {
    return formula.evaluate(this.#context(object, record, prior, asker));
  }

  #context(object: SObject, record: SRecord, prior: SRecord | null, asker: Asker | null): FormulaContext {
    const now = toDateTime(new Date(Math.floor(this.#clock.now().getTime() / 1000) * 1000));
    const valueIn =
      (one: SRecord) =>
      (field: Field): FieldValue =>
        this.value(object, one, field, asker);
    return {
      value: valueIn(record),
      prior: prior && valueIn(prior),
      related: (reference) => this.#related(record, reference, asker),
      global: (name) => this.#global(name, asker),
      today: now.slice(0, 10),
      now,
    };
  }

  #related(record: SRecord, { parents, field }: FieldReference, asker: Asker | null): FieldValue {
    let current = record;
    for (const parent of parents) {
      const id = current[parent.field.name] ?? null;
      const next = id === null ? undefined : this.#store.find(parent.object, String(id));
      if (!next) return field.type === 'boolean' ? false : null;
      current = next;
    }
    return this.value(parents.at(-1)!.object, current, field, asker);
  }

  #global(name: string, asker: Asker | null): FieldValue {
    const [what = '', last = ''] = name.slice(1).split('.');
    if (what.toLowerCase() === 'permission') return asker?.hasCustomPermission(last) ?? false;
    if (what.toLowerCase() === 'organization') {
      const organization = this.#schema.object('Organization')!;
      return this.#valueOf(organization, this.#store.live(organization)[0], last);
    }
    const users = this.#schema.object('User')!;
    const user = asker === null ? undefined : this.#store.find(users, asker.userId);
    if (what.toLowerCase() === 'user') return this.#valueOf(users, user, last);
    const object = this.#schema.object(what)!;
    const id = user?.[`${object.name}Id`] ?? null;
    return id === null ? null : this.#valueOf(object, this.#store.find(object, String(id)), last);
  }

  #valueOf(object: SObject, record: SRecord | undefined, name: string): FieldValue {
    const field = this.#schema.field(object, name);
    return record && field ? (record[field.name] ?? null) : null;
  }

  /** What the API shows of a result: percents in hundredths, numbers to their scale, no empty text. */
  #shown(field: Field, value: FieldValue): FieldValue {
    if (typeof value === 'number') {
      const number = field.type === 'percent' ? value * 100 : value;
      const shifted = Number(`${Math.abs(number).toPrecision(15)}e${field.scale ?? 0}`);
      return Number.isFinite(shifted)
        ? Math.sign(number) * Number(`${Math.round(shifted)}e-${field.scale ?? 0}`) || 0
        : value;
    }
    if (field.type === 'boolean') return value === true;
    return value === '' ? null : value;
  }
}
