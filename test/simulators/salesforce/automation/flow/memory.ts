import type { FieldValue } from '../../org/types.ts';
import { combined, holds } from './conditions.ts';
import { FlowFault } from './fault.ts';
import { compileFlowFormula } from './formulas.ts';
import type { Conditions, Flow, Operand } from './model.ts';
import type { FlowRecords } from './records.ts';
import { typeOf, type FlowWorld } from './scope.ts';
import { asText, isFlowObject, merged, type FlowObject, type FlowValue } from './values.ts';

const notSet = (path: string): string =>
  `The flow failed to access the value for ${path} because it hasn't been set or assigned.`;

/** Whose interview it is, and in what world it runs. */
export type Setting = { id: string; userId: string; flow: Flow; world: FlowWorld; records: FlowRecords };

/** What an interview knows at a moment: variables, what elements found, what people entered; and what follows from it. */
export class FlowMemory {
  readonly #setting: Setting;
  readonly #values = new Map<string, FlowValue>();
  /** Of the element that failed last, `$Flow.FaultMessage`. */
  faultMessage = '';

  constructor(setting: Setting) {
    this.#setting = setting;
    for (const { name, type, initial } of setting.flow.variables.values()) {
      const empty = type.collection ? [] : type.data === 'Apex' ? {} : null;
      this.#values.set(name, initial ? this.evaluate(initial) : empty);
    }
  }

  /** The value of a part by its own name; undefined when it has none yet. */
  get(name: string): FlowValue | undefined {
    return this.#values.get(name);
  }

  set(name: string, value: FlowValue): void {
    this.#values.set(name, value);
  }

  met(conditions: Conditions | null): boolean {
    if (!conditions) return true;
    const { logic, list } = conditions;
    return combined(logic, list.length, (index) => {
      const { left, operator, right } = list[index]!;
      return holds(operator, this.resolve(left), right ? this.evaluate(right) : null);
    });
  }

  changed(to: string, operator: string, value: FlowValue): FlowValue {
    if (operator === 'Assign') return value;
    const now = this.resolve(to);
    if (Array.isArray(now)) return operator === 'Add' ? [...now, value].flat() : now.filter((one) => one !== value);
    if (typeof now === 'number' || typeof value === 'number')
      return Number(now ?? 0) + (operator === 'Add' ? 1 : -1) * Number(value ?? 0);
    return `${asText(now)}${asText(value)}`;
  }

  assign(path: string, value: FlowValue): void {
    const [first = '', ...rest] = path.split('.');
    const last = rest.pop();
    if (last === undefined) return void this.#values.set(first, value);
    let at = this.#values.get(first) ?? null;
    if (!isFlowObject(at)) this.#values.set(first, (at = {}));
    for (const part of rest) {
      const next: FlowValue = at[part] ?? {};
      at[part] = next;
      at = next as FlowObject;
    }
    at[last] = value;
  }

  evaluate(operand: Operand): FlowValue {
    if (operand.kind === 'reference') return this.resolve(operand.path);
    const { value } = operand;
    return typeof value === 'string' ? merged(value, (path) => this.resolve(path)) : value;
  }

  /** @throws FlowFault when the user may not read it */
  resolve(path: string): FlowValue {
    if (path.startsWith('$')) return this.#global(path);
    const [first = '', ...rest] = path.split('.');
    const { constants, formulas, templates, choices } = this.#setting.flow;
    const constant = constants.get(first) ?? choices.get(first);
    if (constant) return this.evaluate(constant.value);
    const template = templates.get(first);
    if (template !== undefined) return merged(template, (other) => this.resolve(other));
    const formula = formulas.get(first);
    if (formula) {
      const compiled = compileFlowFormula(formula.expression, (other) =>
        typeOf(this.#setting.world, this.#setting.flow, other),
      );
      return compiled((other) => this.resolve(other) as FieldValue, this.#now().slice(0, 10));
    }
    let value = this.#values.get(first) ?? null;
    for (let at = 0; at < rest.length; at++) {
      if (!isFlowObject(value)) throw new FlowFault(notSet(path));
      const object: FlowObject = value;
      if (isFlowObject(object[rest[at]!] ?? null)) value = object[rest[at]!]!;
      else return this.#setting.records.follow(object, rest.slice(at));
    }
    return value;
  }

  #now(): string {
    return this.#setting.world.org.clock.now().toISOString();
  }

  #global(path: string): FlowValue {
    const [first, ...rest] = path.split('.');
    const name = rest.join('.');
    const { org, labels } = this.#setting.world;
    switch (first) {
      case '$Flow':
        if (name === 'FaultMessage') return this.faultMessage;
        if (name === 'InterviewGuid') return this.#setting.id;
        return name === 'CurrentDate' ? this.#now().slice(0, 10) : this.#now();
      case '$GlobalConstant':
        return name === 'EmptyString' ? '' : name === 'True';
      case '$Label':
        return labels.get(name) ?? null;
      case '$Permission':
        return org.accessOf(this.#setting.userId).hasCustomPermission(name);
      default: {
        const object = org.object(first!.slice(1))!;
        const record = org.get(object.name, object.name === 'User' ? this.#setting.userId : org.orgId)!;
        return org.value(object, record, org.field(object, name)!, this.#setting.userId);
      }
    }
  }
}
