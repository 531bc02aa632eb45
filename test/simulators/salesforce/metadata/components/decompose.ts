import { METADATA_TYPES, type MetadataType } from '../types.ts';
import { makeNode, metadataRoot, textOf, writeXml, type XmlNode } from '../xml/document.ts';
import { componentsOf, xmlOf, type Component, type Components } from './component.ts';

/** `Account.Name` for the field of an object; labels are named alone. */
function childName(type: MetadataType, parent: string, name: string): string {
  return type.name === 'CustomLabels' ? name : `${parent}.${name}`;
}

/** A file of the zip as components: itself without its children, and each child. */
export function decomposed(type: MetadataType, fullName: string, fileName: string, root: XmlNode): Component[] {
  const own = root.children.filter((child) => !type.children?.[child.name]);
  const children = root.children.flatMap((child): Component[] => {
    const kind = type.children?.[child.name];
    if (!kind) return [];
    const name = childName(type, fullName, textOf(child, 'fullName') ?? '');
    return [{ type: kind.type, fullName: name, fileName, text: writeXml(metadataRoot(kind.type, child.children)) }];
  });
  return [{ type: type.name, fullName, fileName, text: writeXml({ ...root, children: own }) }, ...children];
}

/** Components that lie in one file, put together again. */
export function composed(type: MetadataType, parent: Component, children: readonly Component[]): string {
  if (!type.children) return parent.text;
  const elements = Object.fromEntries(Object.entries(type.children).map(([element, child]) => [child.type, element]));
  const added = children.map((child) => makeNode(elements[child.type]!, xmlOf(child).children));
  const all = [...xmlOf(parent).children, ...added];
  // In the order of their names, as an org writes them; parts of the same name stay in their order.
  const sorted = all.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return writeXml(metadataRoot(type.name, sorted));
}

/** The children in the file of `parent`. */
export function childrenIn(components: Components, type: MetadataType, parent: Component): Component[] {
  const types = Object.values(type.children ?? {}).map((child) => child.type);
  return types
    .flatMap((child) => componentsOf(components, child))
    .filter((child) => child.fileName === parent.fileName)
    .toSorted((a, b) => (a.fullName < b.fullName ? -1 : 1));
}

/** Type that a child type such as CustomField belongs to. */
export const parentTypeOf = (child: string): MetadataType | undefined =>
  METADATA_TYPES.find((type) => Object.values(type.children ?? {}).some((one) => one.type === child));
