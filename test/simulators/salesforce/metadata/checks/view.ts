import type { Schema } from '../../org/schema/schema.ts';
import type { Field } from '../../org/types.ts';
import { keyOf, type Component, type Components } from '../components/component.ts';
import type { Problem } from '../xml/check.ts';
import type { XmlNode } from '../xml/document.ts';

/** All that a component may refer to: the org as it would be after the deploy. */
export type View = { components: Components; schema: Schema };

/** @returns the first thing in the component that the org does not have */
export type Check = (component: Component, view: View) => Problem | null;

export const has = (view: View, type: string, fullName: string): boolean => view.components.has(keyOf(type, fullName));

export const at = ({ line, column }: XmlNode, problem: string): Problem => ({ problem, line, column });

/** The platform's wording for a name in an element that refers to nothing. */
export const absent = (node: XmlNode, type: string, name: string): Problem =>
  at(node, `In field: ${node.name} - no ${type} named ${name} found`);

/** `Account.Name`, or a path such as `Account.Owner.Name`; null when a step leads nowhere. */
export function fieldAt({ schema }: View, path: string): Field | null {
  const [objectName = '', ...steps] = path.split('.');
  let object = schema.object(objectName);
  for (const [index, step] of steps.entries()) {
    if (!object) return null;
    if (index === steps.length - 1) return schema.field(object, step) ?? null;
    object = schema.object(schema.relationship(object, step)?.reference?.to[0] ?? '');
  }
  return null;
}

export const isCustomName = (name: string): boolean => /__(?:c|e|x|mdt|r)$/i.test(name);

/** Every element of that name, however deep. */
export function elementsNamed(node: XmlNode, name: string): XmlNode[] {
  return node.children.flatMap((child) => [...(child.name === name ? [child] : []), ...elementsNamed(child, name)]);
}

/** The first problem that `find` sees in a list of elements. */
export function firstProblem(nodes: readonly XmlNode[], find: (node: XmlNode) => Problem | null): Problem | null {
  for (const node of nodes) {
    const problem = find(node);
    if (problem) return problem;
  }
  return null;
}
