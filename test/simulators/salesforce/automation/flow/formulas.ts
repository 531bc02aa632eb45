import { compileFormula, type CompiledFormula } from '../../org/formula/compile.ts';
import type { Field, FieldType, FieldValue } from '../../org/types.ts';
import { standardField } from '../../org/schema/fields.ts';
import type { ValueType } from './model.ts';

const FIELD_TYPES: Readonly<Record<string, FieldType>> = {
  String: 'string',
  Number: 'double',
  Boolean: 'boolean',
  Date: 'date',
  DateTime: 'datetime',
};

type FlowFormula = (value: (path: string) => FieldValue, today: string) => FieldValue;

/**
 * Compiles a formula of a flow, whose references are written `{!path}`.
 * @throws Error with what is wrong or not supported
 */
export function compileFlowFormula(
  expression: string,
  typeOf: (path: string) => ValueType | null,
): FlowFormula & { data: CompiledFormula['type'] } {
  const paths = new Map<string, { path: string; field: Field }>();
  const source = expression.replaceAll(/\{!([^{}]+)\}/g, (_whole, path: string) => {
    const name = `Reference${paths.size}`;
    const type = typeOf(path);
    if (!type) throw new Error(`uses ${path}, which is not there`);
    const fieldType = type.collection ? undefined : FIELD_TYPES[type.data];
    if (!fieldType) throw new Error(`uses ${path}, which is no single value`);
    paths.set(name, { path, field: standardField(name, path, fieldType) });
    return name;
  });
  const names = {
    field: (name: string) => {
      const path = paths.get(name);
      return path && { parents: [], field: path.field };
    },
    hasCustomPermission: () => false,
  };
  const formula = compileFormula(source, names, false);
  const evaluate: FlowFormula = (value, today) =>
    formula.evaluate({
      value: (field) => value(paths.get(field.name)!.path),
      prior: null,
      related: () => null,
      global: () => null,
      today,
      now: `${today}T00:00:00.000+0000`,
    });
  return Object.assign(evaluate, { data: formula.type });
}
