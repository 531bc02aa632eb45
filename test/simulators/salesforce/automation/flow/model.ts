import type { FieldValue } from '../../org/types.ts';

/** A choice for each record that is found: its label and value are fields of the record. */
export type RecordChoices = {
  object: string;
  filters: Filter[];
  logic: string;
  label: string;
  value: string;
  data: DataType;
  sort: { field: string; descending: boolean } | null;
  limit: number | null;
};

/** A value in a flow: a literal, or a reference such as `recordId`, `Get_Account.Name` or `$User.Id`. */
export type Operand = { kind: 'literal'; value: FieldValue } | { kind: 'reference'; path: string };

export type DataType = 'String' | 'Number' | 'Boolean' | 'Date' | 'DateTime' | 'SObject' | 'Apex';

/** What a reference stands for. `class` names the type that an External Service registration generated. */
export type ValueType = { data: DataType; collection: boolean; object?: string; class?: string };

export type Variable = {
  name: string;
  type: ValueType;
  isInput: boolean;
  isOutput: boolean;
  initial: Operand | null;
};

export type Condition = { left: string; operator: string; right: Operand | null };
/** `and`, `or`, or such as `1 AND (2 OR 3)`. */
export type Conditions = { logic: string; list: Condition[] };
export type FieldAssignment = { field: string; value: Operand };
export type Filter = { field: string; operator: string; value: Operand | null };

type Base = { name: string; label: string; next: string | null };
type Faulting = Base & { fault: string | null };

export type ScreenField = {
  name: string;
  kind: 'DisplayText' | 'InputField' | 'LargeTextArea' | 'DropdownBox' | 'RadioButtons';
  /** Text with merge fields: what is displayed, or the label of an input. */
  text: string;
  data: DataType;
  required: boolean;
  initial: Operand | null;
  choices: string[];
  visible: Conditions | null;
};

export type FlowElement =
  | (Base & { kind: 'assignment'; items: { to: string; operator: string; value: Operand }[] })
  | (Base & { kind: 'decision'; rules: { name: string; conditions: Conditions; next: string | null }[] })
  | (Base & { kind: 'loop'; collection: string; descending: boolean; each: string | null })
  | (Base & {
      kind: 'screen';
      fields: ScreenField[];
      allowBack: boolean;
      allowFinish: boolean;
      nextLabel: string | null;
    })
  | (Faulting & {
      kind: 'lookup';
      object: string;
      filters: Filter[];
      logic: string;
      first: boolean;
      sort: { field: string; descending: boolean } | null;
      limit: number | null;
      /** Null: every field that the flow names. */
      fields: string[] | null;
      /** Variable that takes the result; null when it is stored under the element's own name. */
      into: string | null;
      nullWhenNone: boolean;
    })
  | (Faulting & {
      kind: 'create';
      object: string | null;
      assignments: FieldAssignment[];
      from: string | null;
      idInto: string | null;
    })
  | (Faulting & {
      kind: 'update' | 'delete';
      object: string | null;
      filters: Filter[];
      logic: string;
      assignments: FieldAssignment[];
      from: string | null;
    })
  | (Faulting & {
      kind: 'action';
      actionType: string;
      actionName: string;
      /** Whether what was saved before is committed first; `CurrentTransaction` forbids callouts after saves. */
      transaction: 'Automatic' | 'NewTransaction' | 'CurrentTransaction';
      inputs: { name: string; value: Operand }[];
      outputs: { name: string; to: string }[];
      stored: boolean;
    });

export type Flow = {
  name: string;
  label: string;
  /** `Flow` is a screen flow. */
  processType: 'Flow' | 'AutoLaunchedFlow';
  status: string;
  first: string | null;
  elements: Map<string, FlowElement>;
  variables: Map<string, Variable>;
  constants: Map<string, { type: ValueType; value: Operand }>;
  formulas: Map<string, { type: ValueType; expression: string }>;
  templates: Map<string, string>;
  choices: Map<string, { text: string; value: Operand; data: DataType }>;
  recordChoices: Map<string, RecordChoices>;
};
