import { componentsOf, xmlOf } from '../components/component.ts';
import { isFolderFile } from '../components/sourceFolder.ts';
import { childrenOf, textOf } from '../xml/document.ts';
import { absent, at, elementsNamed, fieldAt, firstProblem, has, isCustomName, type Check, type View } from './view.ts';

/** A report or dashboard lies in a folder that must be there. */
const inFolder = (type: string, fullName: string, view: View): boolean => {
  const folder = fullName.split('/').slice(0, -1).join('/');
  return folder === 'unfiled$public' || componentsOf(view.components, type).some((one) => one.fullName === folder);
};

/** Columns with a custom field read `Object$Field__c` or `Object.Field__c`; those of the platform have other names. */
export const report: Check = (component, view) => {
  if (isFolderFile(component)) return null;
  const root = xmlOf(component);
  if (!inFolder('Report', component.fullName, view))
    return at(root, `Cannot find folder:${component.fullName.split('/')[0]}`);
  const type = root.children.find((child) => child.name === 'reportType');
  const custom = /^(\w+)__c$/.exec(type?.text ?? '')?.[1];
  if (type && custom && !has(view, 'ReportType', custom) && !view.schema.object(type.text))
    return at(type, `invalid report type`);
  return firstProblem([...elementsNamed(root, 'field'), ...elementsNamed(root, 'column')], (node) => {
    if (node.children.length > 0) return null;
    const path = node.text.replaceAll('$', '.');
    const [object = '', ...steps] = path.split('.');
    if (!isCustomName(steps.at(-1) ?? '') || !isCustomName(object)) return null;
    const step =
      steps.length > 1
        ? `${steps
            .slice(0, -1)
            .map((one) => one.replace(/__c$/, '__r'))
            .join('.')}.`
        : '';
    return fieldAt(view, `${object}.${step}${steps.at(-1)}`) ? null : at(node, `Invalid field name:${node.text}`);
  });
};

export const dashboard: Check = (component, view) => {
  if (isFolderFile(component)) return null;
  if (!inFolder('Dashboard', component.fullName, view))
    return at(xmlOf(component), `Cannot find folder:${component.fullName.split('/')[0]}`);
  return firstProblem(elementsNamed(xmlOf(component), 'report'), (node) =>
    has(view, 'Report', node.text) ? null : absent(node, 'Report', node.text),
  );
};

export const reportType: Check = (component, view) => {
  const root = xmlOf(component);
  const base = root.children.find((child) => child.name === 'baseObject');
  const object = base && view.schema.object(base.text);
  if (base && !object) return absent(base, 'CustomObject', base.text);
  /** `Account.Billing_Invoices__r` leads to the children in the join. */
  const tableObject = (table: string): string | null => {
    const [start = '', ...lists] = table.split('.');
    let at = view.schema.object(start);
    for (const list of lists) {
      const child = at && view.schema.children(at).find((one) => one.relationshipName === list);
      at = child?.object;
    }
    return at?.name ?? null;
  };
  return firstProblem(
    childrenOf(root, 'sections').flatMap((section) => childrenOf(section, 'columns')),
    (column) => {
      const table = tableObject(textOf(column, 'table') ?? '');
      const field = textOf(column, 'field') ?? '';
      if (table === null) return at(column, `Invalid table ${textOf(column, 'table') ?? ''}`);
      const path = `${table}.${field.includes('.') ? field.replaceAll('__c.', '__r.') : field}`;
      // References of the platform are columns by the name of their record: `Owner`.
      return (fieldAt(view, path) ?? fieldAt(view, `${path}Id`)) ? null : at(column, `Invalid field ${table}.${field}`);
    },
  );
};
