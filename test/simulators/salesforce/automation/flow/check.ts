import type { FieldAssignment, Flow, FlowElement, Operand, ValueType } from './model.ts';
import { combined, OPERATORS } from './conditions.ts';
import { compileFlowFormula } from './formulas.ts';
import { fieldType, typeOf, type FlowWorld } from './scope.ts';
import { mergeFields } from './values.ts';

const ASSIGNMENTS = ['Assign', 'Add', 'Subtract'];

/** Types that can be assigned to each other; literals carry text, number or boolean. */
function fits(to: ValueType, from: ValueType): boolean {
  if (to.collection !== from.collection) return false;
  if (to.data === 'Apex') return from.data === 'Apex' && to.class === from.class;
  if (to.data === 'SObject') return from.data === 'SObject' && to.object === from.object;
  if (from.data === 'Apex' || from.data === 'SObject') return false;
  return to.data === 'String' || to.data === from.data || (to.data === 'DateTime' && from.data === 'Date');
}

function literalType(to: ValueType, { value }: { value: unknown }): ValueType {
  if (typeof value === 'number') return { data: 'Number', collection: false };
  if (typeof value === 'boolean') return { data: 'Boolean', collection: false };
  return { data: to.data === 'Date' || to.data === 'DateTime' ? to.data : 'String', collection: false };
}

/** Checks a flow against the org, as a deployment does. */
class FlowCheck {
  readonly problems: string[] = [];
  readonly #flow: Flow;
  readonly #world: FlowWorld;

  constructor(flow: Flow, world: FlowWorld) {
    this.#flow = flow;
    this.#world = world;
  }

  #problem(where: string, what: string): void {
    this.problems.push(`${where}: ${what}`);
  }

  #target(where: string, name: string | null): void {
    if (name !== null && !this.#flow.elements.has(name))
      this.#problem(where, `leads to the element ${name}, which is not there`);
  }

  #typeOf(where: string, path: string): ValueType | null {
    const type = typeOf(this.#world, this.#flow, path);
    if (!type) this.#problem(where, `refers to ${path}, which is not there`);
    return type;
  }

  #text(where: string, text: string): void {
    for (const path of mergeFields(text)) this.#typeOf(where, path);
  }

  #value(where: string, to: ValueType | null, value: Operand | null): void {
    if (!value) return;
    if (value.kind === 'literal' && typeof value.value === 'string') this.#text(where, value.value);
    const from = value.kind === 'reference' ? this.#typeOf(where, value.path) : to && literalType(to, value);
    if (to && from && !fits(to, from))
      this.#problem(where, `gives ${from.data} where ${to.data}${to.collection ? ' list' : ''} is wanted`);
  }

  #field(where: string, objectName: string, name: string): ValueType | null {
    const object = this.#world.org.object(objectName);
    const type = object ? fieldType(this.#world, object, name) : null;
    if (object && !type) this.#problem(where, `${objectName} has no field ${name}`);
    return type;
  }

  #logic(where: string, logic: string, operators: readonly string[]): void {
    for (const operator of operators)
      if (!OPERATORS.includes(operator)) this.#problem(where, `the operator ${operator} is not supported`);
    try {
      combined(logic, operators.length, () => true);
    } catch (error) {
      this.#problem(where, error instanceof Error ? error.message : String(error));
    }
  }

  #assignments(where: string, object: string, assignments: readonly FieldAssignment[]): void {
    for (const { field, value } of assignments) this.#value(where, this.#field(where, object, field), value);
  }

  #object(where: string, name: string | null): boolean {
    if (name === null || this.#world.org.object(name)) return true;
    this.#problem(where, `there is no object ${name}`);
    return false;
  }

  #assignable(where: string, path: string): ValueType | null {
    if (!this.#flow.variables.has(path.split('.')[0]!)) this.#problem(where, `${path} is no variable`);
    return this.#typeOf(where, path);
  }

  #element(element: FlowElement): void {
    const where = element.name;
    this.#target(where, element.next);
    if ('fault' in element) this.#target(where, element.fault);
    switch (element.kind) {
      case 'assignment':
        for (const { to, operator, value } of element.items) {
          if (!ASSIGNMENTS.includes(operator)) this.#problem(where, `the operator ${operator} is not supported`);
          const type = this.#assignable(where, to);
          const one = type?.collection && operator === 'Add' ? { ...type, collection: false } : type;
          this.#value(where, one, value);
        }
        return;
      case 'decision':
        for (const { conditions, next } of element.rules) {
          this.#target(where, next);
          this.#logic(
            where,
            conditions.logic,
            conditions.list.map(({ operator }) => operator),
          );
          for (const { left, right } of conditions.list) {
            this.#typeOf(where, left);
            this.#value(where, null, right);
          }
        }
        return;
      case 'loop': {
        this.#target(where, element.each);
        const type = this.#typeOf(where, element.collection);
        if (type && !type.collection) this.#problem(where, `${element.collection} is no list`);
        return;
      }
      case 'screen':
        if (mergeFields(`${element.label} ${element.nextLabel ?? ''}`).length > 0)
          this.#problem(where, 'the names of a screen and of its buttons take no merge fields');
        for (const { name, text, initial, choices, visible } of element.fields) {
          this.#text(name, text);
          this.#value(name, null, initial);
          for (const choice of choices)
            if (!this.#flow.choices.has(choice) && !this.#flow.recordChoices.has(choice))
              this.#problem(name, `there is no choice ${choice}`);
          if (visible) {
            this.#logic(
              name,
              visible.logic,
              visible.list.map(({ operator }) => operator),
            );
            for (const { left } of visible.list) this.#typeOf(name, left);
          }
        }
        return;
      case 'lookup':
        if (!this.#object(where, element.object)) return;
        this.#filters(where, element.object, element);
        for (const name of [...(element.fields ?? []), ...(element.sort ? [element.sort.field] : [])])
          this.#field(where, element.object, name);
        if (element.into !== null) this.#value(where, this.#assignable(where, element.into), null);
        return;
      case 'create':
      case 'update':
      case 'delete':
        if (!this.#object(where, element.object)) return;
        if (element.object !== null) this.#assignments(where, element.object, element.assignments);
        if (element.object !== null && element.kind !== 'create') this.#filters(where, element.object, element);
        if (element.from !== null && this.#typeOf(where, element.from)?.data !== 'SObject')
          this.#problem(where, `${element.from} is no record`);
        if (element.kind === 'create' && element.idInto !== null) this.#assignable(where, element.idInto);
        return;
      case 'action':
        this.#action(element);
    }
  }

  #filters(
    where: string,
    object: string,
    {
      filters,
      logic,
    }: { filters: readonly { field: string; operator: string; value: Operand | null }[]; logic: string },
  ): void {
    this.#logic(
      where,
      logic,
      filters.map(({ operator }) => operator),
    );
    for (const { field, operator, value } of filters) {
      const type = this.#field(where, object, field);
      this.#value(where, operator === 'IsNull' ? { data: 'Boolean', collection: false } : type, value);
    }
  }

  #action(element: FlowElement & { kind: 'action' }): void {
    const where = element.name;
    const action = this.#world.action(element.actionType, element.actionName);
    if (!action) {
      this.#problem(where, `there is no action ${element.actionName} of type ${element.actionType}`);
      return;
    }
    const given = new Set(element.inputs.map(({ name }) => name));
    for (const [name, { required }] of action.inputs)
      if (required && !given.has(name)) this.#problem(where, `the input ${name} is required`);
    for (const { name, value } of element.inputs) {
      const input = action.inputs.get(name);
      if (!input) this.#problem(where, `the action has no input ${name}`);
      else this.#value(where, input.type, value);
    }
    for (const { name, to } of element.outputs) {
      const output = action.outputs.get(name);
      const type = this.#assignable(where, to);
      if (!output) this.#problem(where, `the action has no output ${name}`);
      else if (type && !fits(type, output)) this.#problem(where, `the output ${name} does not fit ${to}`);
    }
  }

  run(): string[] {
    this.#target('start', this.#flow.first);
    if (this.#flow.first === null) this.#problem('start', 'leads to no element');
    for (const variable of this.#flow.variables.values()) {
      const { name, type, initial } = variable;
      if (type.data === 'SObject') this.#object(name, type.object ?? null);
      if (type.data === 'Apex' && !this.#world.types(type.class!))
        this.#problem(name, `there is no class ${type.class}`);
      this.#value(name, type, initial);
    }
    for (const [name, { value }] of this.#flow.constants)
      if (value.kind === 'reference') this.#problem(name, 'a constant must be a literal');
    for (const [name, text] of this.#flow.templates) this.#text(name, text);
    for (const [name, { text }] of this.#flow.choices) this.#text(name, text);
    for (const [name, { expression }] of this.#flow.formulas)
      try {
        compileFlowFormula(expression, (path) => typeOf(this.#world, this.#flow, path));
      } catch (error) {
        this.#problem(name, error instanceof Error ? error.message : String(error));
      }
    for (const [name, choices] of this.#flow.recordChoices) {
      if (!this.#object(name, choices.object)) continue;
      this.#filters(name, choices.object, choices);
      for (const field of [choices.label, choices.value, ...(choices.sort ? [choices.sort.field] : [])])
        this.#field(name, choices.object, field);
    }
    for (const element of this.#flow.elements.values()) this.#element(element);
    return this.problems;
  }
}

/** @returns what is wrong with the flow, each with the element that it is about; empty when nothing is */
export function checkFlow(flow: Flow, world: FlowWorld): string[] {
  return new FlowCheck(flow, world).run();
}
