import { NAMESPACE, type XmlNode } from './document.ts';
import { typeTable } from './typeTable.ts';

/** What is wrong at one place of a file. */
export type Problem = { problem: string; line?: number; column?: number };

const at = ({ line, column }: XmlNode, problem: string): Problem => ({ problem, line, column });

/** The part of a bundle's configuration that the type declarations leave open. */
const FREE_FORM = new Set(['LightningComponentBundle.targetConfigs']);

function valueProblem(node: XmlNode, type: string): Problem | null {
  const values = typeTable().enums.get(type);
  if (values && !values.has(node.text))
    return at(node, `Error parsing file: '${node.text}' is not a valid value for the enum '${type}'`);
  if (type === 'boolean' && !/^(?:true|false|1|0)$/.test(node.text))
    return at(node, `Error parsing file: '${node.text}' is not a valid value for the type xsd:boolean`);
  if (type === 'number' && !/^-?\d+(?:\.\d+)?$/.test(node.text))
    return at(node, `Error parsing file: For input string: "${node.text}"`);
  return null;
}

function inside(node: XmlNode, type: string): Problem | null {
  const rules = typeTable().types.get(type);
  if (!rules) return valueProblem(node, type);
  const seen: string[] = [];
  for (const child of node.children) {
    const rule = rules.get(child.name);
    if (!rule)
      return at(
        child,
        `Error parsing file: Element {${NAMESPACE}}${child.name} invalid at this location in type ${type}`,
      );
    if (seen.includes(child.name) && (!rule.repeats || seen.at(-1) !== child.name))
      return at(child, `Error parsing file: Element ${child.name} is duplicated at this location in type ${type}`);
    seen.push(child.name);
    const problem = FREE_FORM.has(`${type}.${child.name}`) ? null : inside(child, rule.of);
    if (problem) return problem;
  }
  for (const [name, rule] of rules)
    if (rule.required && !seen.includes(name)) return at(node, `Required field is missing: ${name}`);
  return null;
}

/**
 * Compares a file with the declaration of its type; a real org stops at the first thing that it cannot read, so does this.
 * @param type name of the type, which the root must have
 */
export function checkElements(root: XmlNode, type: string): Problem | null {
  if (root.name !== type || root.attributes['xmlns'] !== NAMESPACE)
    return at(
      root,
      `Error parsing file: Element {${root.attributes['xmlns'] ?? ''}}${root.name} invalid at this location, expected {${NAMESPACE}}${type}`,
    );
  return inside(root, type);
}
