import type { SimulatedOrg } from '../../org/org.ts';
import { objectsOf } from '../../org/schema/compile.ts';
import { NAME_CHECKS } from '../checks/checks.ts';
import { fieldLimits } from '../checks/objects.ts';
import { keyOf, xmlOf, type Component } from '../components/component.ts';
import { parentTypeOf } from '../components/decompose.ts';
import type { Problem } from '../xml/check.ts';
import { childrenOf } from '../xml/document.ts';
import { kindProblem } from './changes.ts';
import type { Stage } from './stage.ts';

const isCustom = (object: string): boolean => /__(?:c|e|mdt)$/.test(object);

/** What is wrong with a component that can be said before a schema is made of it. */
export function nameProblem(component: Component, stage: Stage, org: SimulatedOrg): Problem | null {
  const { components } = stage;
  const isObject = (name: string): boolean =>
    isCustom(name)
      ? components.has(keyOf('CustomObject', name))
      : objectsOf(name).every((one) => org.object(one) !== undefined);
  const { type, fullName } = component;
  if (type === 'CustomObject' && !isObject(fullName)) return { problem: `no CustomObject named ${fullName} found` };
  const object = fullName.split('.')[0]!;
  if (parentTypeOf(type)?.name === 'CustomObject' && !isObject(object))
    return { problem: `no CustomObject named ${object} found` };
  if (type !== 'CustomField') return NAME_CHECKS[type]?.(component, { components, schema: org.schema }) ?? null;
  const root = xmlOf(component);
  const before = stage.before.get(keyOf(type, fullName));
  const change = before ? kindProblem(xmlOf(before), root) : null;
  if (change !== null) return { problem: change };
  const target = childrenOf(root, 'referenceTo').find(({ text }) => !isObject(text));
  return target
    ? { problem: `referenceTo value of '${target.text}' does not resolve to a valid sObject type` }
    : fieldLimits(root);
}
