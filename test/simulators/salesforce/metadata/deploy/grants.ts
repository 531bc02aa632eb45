import { componentsOf, keyOf, xmlOf, type Component } from '../components/component.ts';
import { textOf, writeXml } from '../xml/document.ts';

/** Which child of which element of a permission set names a component of which type. */
const NAMING: Readonly<Record<string, { child: string; type: string }>> = {
  fieldPermissions: { child: 'field', type: 'CustomField' },
  objectPermissions: { child: 'object', type: 'CustomObject' },
  flowAccesses: { child: 'flow', type: 'Flow' },
  customPermissions: { child: 'name', type: 'CustomPermission' },
  tabSettings: { child: 'tab', type: 'CustomTab' },
  applicationVisibilities: { child: 'application', type: 'CustomApplication' },
  recordTypeVisibilities: { child: 'recordType', type: 'RecordType' },
};

/** An org takes what is deleted out of the permission sets that grant it. */
export function withoutGrants(components: Map<string, Component>, deleted: ReadonlySet<string>): void {
  for (const set of componentsOf(components, 'PermissionSet')) {
    const root = xmlOf(set);
    const children = root.children.filter((element) => {
      const naming = NAMING[element.name];
      const name = naming && textOf(element, naming.child);
      return (
        !name || !(deleted.has(keyOf(naming.type, name)) || deleted.has(keyOf('CustomObject', name.split('.')[0]!)))
      );
    });
    if (children.length < root.children.length)
      components.set(keyOf(set.type, set.fullName), { ...set, text: writeXml({ ...root, children }) });
  }
}
