import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { compileFormula, type CompiledFormula, type FormulaType } from '../formula/compile.ts';
import { fieldReference } from '../formula/names.ts';
import type { Field, SObject } from '../types.ts';
import { filesIn, MetadataFile } from './metadata.ts';
import type { Schema } from './schema.ts';

const RESULTS: Readonly<Record<FormulaType, readonly Field['type'][]>> = {
  number: ['double', 'percent', 'currency', 'int'],
  text: ['string', 'textarea', 'email', 'phone', 'url', 'picklist', 'multipicklist'],
  boolean: ['boolean'],
  date: ['date'],
  datetime: ['datetime'],
  time: ['time'],
  picklist: [],
  multipicklist: [],
  null: ['double', 'percent', 'currency', 'string', 'date', 'datetime', 'time'],
};

/** Compiles what force-app says in formulas: fields, default values, validation rules. */
export class FormulaCompiler {
  readonly #schema: Schema;
  readonly #forceApp: string;

  constructor(schema: Schema, forceApp: string) {
    this.#schema = schema;
    this.#forceApp = forceApp;
  }

  #compile(file: MetadataFile, object: SObject, source: string, blankAsZero: boolean): CompiledFormula {
    const names = {
      field: (name: string) => fieldReference(this.#schema, object, name),
      hasCustomPermission: (name: string) =>
        existsSync(join(this.#forceApp, 'customPermissions', `${name}.customPermission-meta.xml`)),
    };
    try {
      return compileFormula(source, names, blankAsZero);
    } catch (error) {
      throw file.fault(`its formula ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #mustGive(file: MetadataFile, formula: CompiledFormula, field: Field): void {
    if (!RESULTS[formula.type].includes(field.type))
      throw file.fault(`its formula gives ${formula.type}, which is not the type of the field`);
  }

  /** Formula and default value of a field. */
  field(object: SObject, field: Field, file: MetadataFile): void {
    const { root } = file;
    if (field.formula !== undefined) {
      const blanks = file.text(root, 'formulaTreatBlanksAs') ?? 'BlankAsBlank';
      const formula = this.#compile(file, object, field.formula, blanks === 'BlankAsZero');
      this.#mustGive(file, formula, field);
      this.#schema.formulas.set(field, formula);
    }
    const source = field.type === 'boolean' ? undefined : file.text(root, 'defaultValue');
    if (source === undefined) return;
    const formula = this.#compile(file, object, source, false);
    this.#mustGive(file, formula, field);
    this.#schema.defaults.set(field, formula);
  }

  validationRules(object: SObject, folder: string): void {
    for (const path of filesIn(join(folder, 'validationRules'))) {
      const file = new MetadataFile(path, 'ValidationRule');
      const { root } = file;
      file.allow(root, [
        ...['fullName', 'active', 'description', 'errorConditionFormula', 'errorDisplayField', 'errorMessage'],
      ]);
      const formula = this.#compile(file, object, file.need(root, 'errorConditionFormula'), false);
      if (formula.type !== 'boolean') throw file.fault('its formula must give true or false');
      const message = file.need(root, 'errorMessage');
      if (message.length > 255) throw file.fault('Error Message: data value too large (max length=255)');
      if (!file.flag(root, 'active', true)) continue;
      const displayField = file.text(root, 'errorDisplayField') ?? null;
      if (displayField !== null && !this.#schema.field(object, displayField))
        throw file.fault(`has no field ${displayField}`);
      const source = file.need(root, 'errorConditionFormula');
      const rule = { name: file.need(root, 'fullName'), formula: source, message, displayField };
      object.validationRules.push(rule);
      this.#schema.rules.set(rule, formula);
    }
  }

  /** @throws Error when formulas go round in a circle */
  refuseCircles(): void {
    const done = new Set<Field>();
    const visit = (field: Field, above: readonly Field[]): void => {
      if (above.includes(field)) throw new Error(`${this.#forceApp}: the formula ${field.name} refers to itself`);
      if (done.has(field)) return;
      for (const used of this.#schema.formulas.get(field)?.uses ?? []) visit(used, [...above, field]);
      done.add(field);
    };
    for (const field of this.#schema.formulas.keys()) visit(field, []);
  }
}
