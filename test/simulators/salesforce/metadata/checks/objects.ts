import { xmlOf } from '../components/component.ts';
import { childrenOf, textOf, type XmlNode } from '../xml/document.ts';
import type { Problem } from '../xml/check.ts';
import { absent, at, fieldAt, firstProblem, isCustomName, type Check } from './view.ts';

const objectOf = (fullName: string): string => fullName.split('.')[0]!;

/** Columns of the platform have names of their own (`ACCOUNT.NAME`); fields of the package are named as they are. */
export const listView: Check = (component, view) =>
  firstProblem(childrenOf(xmlOf(component), 'columns'), (column) => {
    if (!isCustomName(column.text) || fieldAt(view, `${objectOf(component.fullName)}.${column.text}`)) return null;
    return at(column, `Could not resolve list view column: ${column.text}`);
  });

export const fieldSet: Check = (component, view) =>
  firstProblem(
    [...childrenOf(xmlOf(component), 'displayedFields'), ...childrenOf(xmlOf(component), 'availableFields')],
    (item) => {
      const name = `${objectOf(component.fullName)}.${textOf(item, 'field') ?? ''}`;
      return fieldAt(view, name) ? null : at(item, `no CustomField named ${name} found`);
    },
  );

export const compactLayout: Check = (component, view) =>
  firstProblem(childrenOf(xmlOf(component), 'fields'), (field) => {
    const name = `${objectOf(component.fullName)}.${field.text}`;
    return /^[A-Z_]+$/.test(field.text) || fieldAt(view, name) ? null : absent(field, 'CustomField', name);
  });

export const recordType: Check = (component, view) =>
  firstProblem(childrenOf(xmlOf(component), 'picklistValues'), (values) => {
    const name = `${objectOf(component.fullName)}.${textOf(values, 'picklist') ?? ''}`;
    return fieldAt(view, name) ? null : at(values, `Picklist ${name} could not be found`);
  });

/** Least and greatest values of an element by type (help, "Custom Field Types"; Metadata API Developer Guide, "CustomField"). */
const LIMITS: Readonly<Record<string, Readonly<Record<string, readonly [number, number]>>>> = {
  Text: { length: [1, 255] },
  LongTextArea: { length: [256, 131_072], visibleLines: [2, 50] },
  Html: { length: [256, 131_072], visibleLines: [10, 50] },
  Number: { precision: [1, 18], scale: [0, 17] },
  Currency: { precision: [1, 18], scale: [0, 17] },
  Percent: { precision: [1, 18], scale: [0, 17] },
};

/** Sizes of a field; asked before anything is compiled, since they need no schema. */
export function fieldLimits(root: XmlNode): Problem | null {
  const limits = LIMITS[textOf(root, 'type') ?? ''] ?? {};
  const name = textOf(root, 'fullName') ?? '';
  if (name.replace(/__c$/, '').length > 40) return at(root, `The name ${name} is longer than 40 characters`);
  return firstProblem(root.children, (element) => {
    const [least, greatest] = limits[element.name] ?? [-Infinity, Infinity];
    const value = Number(element.text);
    return value < least || value > greatest
      ? at(element, `The ${element.name} of ${name} must be between ${least} and ${greatest}`)
      : null;
  });
}
