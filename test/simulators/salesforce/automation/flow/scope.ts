import type { SimulatedOrg } from '../../org/org.ts';
import type { SObject } from '../../org/types.ts';
import type { ApexType } from '../services/openApi.ts';
import type { DataType, Flow, FlowElement, ValueType } from './model.ts';

/** What the flows of an org may refer to beside their own parts. */
export type FlowWorld = {
  org: SimulatedOrg;
  /** Generated classes of all registrations. */
  types(name: string): ApexType | undefined;
  /** Inputs and outputs of an action; undefined when there is none of that type and name. */
  action(
    type: string,
    name: string,
  ): { inputs: Map<string, { type: ValueType; required: boolean }>; outputs: Map<string, ValueType> } | undefined;
  customPermissions: ReadonlySet<string>;
  labels: ReadonlyMap<string, string>;
};

const plain = (data: DataType): ValueType => ({ data, collection: false });

/** What `$Flow.…` and the like stand for; null when the simulated org does not know it. */
function globalType(world: FlowWorld, path: string): ValueType | null {
  const [first = '', ...rest] = path.split('.');
  const name = rest.join('.');
  switch (first) {
    case '$Flow':
      if (name === 'CurrentDate') return plain('Date');
      if (name === 'CurrentDateTime') return plain('DateTime');
      return name === 'FaultMessage' || name === 'InterviewGuid' ? plain('String') : null;
    case '$GlobalConstant':
      if (name === 'EmptyString') return plain('String');
      return name === 'True' || name === 'False' ? plain('Boolean') : null;
    case '$User':
    case '$Organization':
      return fieldType(world, world.org.object(first.slice(1))!, name);
    case '$Label':
      return world.labels.has(name) ? plain('String') : null;
    case '$Permission':
      return world.customPermissions.has(name) ? plain('Boolean') : null;
    default:
      return null;
  }
}

/** @param path `Name`, or over parents such as `Owner.Name` */
export function fieldType(world: FlowWorld, object: SObject, path: string): ValueType | null {
  const [first = '', ...rest] = path.split('.');
  if (rest.length > 0) {
    const reference = [...object.fields.values()].find((field) => field.reference?.relationshipName === first);
    const target = reference && world.org.object(reference.reference!.to[0]!);
    return target ? fieldType(world, target, rest.join('.')) : null;
  }
  const field = world.org.field(object, first);
  switch (field?.type) {
    case undefined:
      return null;
    case 'boolean':
      return plain('Boolean');
    case 'date':
      return plain('Date');
    case 'datetime':
      return plain('DateTime');
    case 'double':
    case 'int':
    case 'percent':
    case 'currency':
      return plain('Number');
    default:
      return plain('String');
  }
}

function outputType(world: FlowWorld, flow: Flow, element: FlowElement): ValueType | null {
  if (element.kind === 'lookup' && element.into === null)
    return { data: 'SObject', collection: !element.first, object: element.object };
  if (element.kind === 'create' && element.object !== null && element.idInto === null) return plain('String');
  if (element.kind === 'loop') {
    const type = typeOf(world, flow, element.collection);
    return type && { ...type, collection: false };
  }
  return null;
}

/** Type of a part of the flow by its name alone. */
function partType(world: FlowWorld, flow: Flow, name: string): ValueType | null {
  const formula = flow.variables.get(name) ?? flow.constants.get(name) ?? flow.formulas.get(name);
  if (formula) return formula.type;
  if (flow.templates.has(name)) return plain('String');
  const choice = flow.choices.get(name);
  if (choice) return plain(choice.data);
  for (const element of flow.elements.values()) {
    if (element.name === name) return outputType(world, flow, element);
    if (element.kind === 'screen')
      for (const field of element.fields) if (field.name === name) return plain(field.data);
  }
  return null;
}

/** @returns the type of what a reference stands for; null when it leads nowhere */
export function typeOf(world: FlowWorld, flow: Flow, path: string): ValueType | null {
  if (path.startsWith('$')) return globalType(world, path);
  const [first = '', ...rest] = path.split('.');
  const element = flow.elements.get(first);
  if (element?.kind === 'action' && element.stored && rest.length > 0) {
    const output = world.action(element.actionType, element.actionName)?.outputs.get(rest[0]!);
    return output ? within(world, output, rest.slice(1)) : null;
  }
  const type = partType(world, flow, first);
  return type && within(world, type, rest);
}

function within(world: FlowWorld, type: ValueType, path: readonly string[]): ValueType | null {
  if (path.length === 0) return type;
  if (type.collection) return null;
  if (type.data === 'SObject') {
    const object = world.org.object(type.object ?? '');
    return object ? fieldType(world, object, path.join('.')) : null;
  }
  if (type.data !== 'Apex') return null;
  const field = world.types(type.class ?? '')?.fields.get(path[0]!);
  return field ? within(world, field, path.slice(1)) : null;
}
