import { xmlOf } from '../components/component.ts';
import { childrenOf, textOf } from '../xml/document.ts';
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
