import { MetadataFile, type Element } from '../../org/schema/metadata.ts';
import type {
  Conditions,
  DataType,
  Filter,
  Flow,
  FlowElement,
  Operand,
  RecordChoices,
  ScreenField,
  ValueType,
} from './model.ts';

const DATA_TYPES: readonly DataType[] = ['String', 'Number', 'Boolean', 'Date', 'DateTime', 'SObject', 'Apex'];
const SCREEN_FIELDS: readonly ScreenField['kind'][] = [
  ...['DisplayText', 'InputField', 'LargeTextArea', 'DropdownBox', 'RadioButtons'],
] as ScreenField['kind'][];
const PLACE = ['name', 'label', 'description', 'locationX', 'locationY', 'connector'];
const TOP = [
  ...['apiVersion', 'areMetricsLoggedToDataCloud', 'assignments', 'actionCalls', 'choices', 'constants', 'decisions'],
  'dynamicChoiceSets',
  ...['description', 'environments', 'formulas', 'interviewLabel', 'label', 'loops', 'processMetadataValues'],
  ...['processType', 'recordCreates', 'recordDeletes', 'recordLookups', 'recordUpdates', 'runInMode', 'screens'],
  ...['start', 'status', 'textTemplates', 'variables'],
];

/** Reads the parts of one flow file; what the simulated org cannot execute is refused with the name of the file. */
class FlowReader {
  readonly file: MetadataFile;

  constructor(file: MetadataFile) {
    this.file = file;
  }

  target(element: Element, name = 'connector'): string | null {
    const connector = this.file.list(element, name)[0];
    if (!connector) return null;
    this.file.allow(connector, ['targetReference', 'isGoTo']);
    return this.file.need(connector, 'targetReference');
  }

  operand(element: Element, name = 'value'): Operand | null {
    const value = this.file.list(element, name)[0];
    if (!value) return null;
    const [kind, text] = [[...value.children.keys()][0], [...value.children.values()][0]?.[0]?.text ?? ''];
    switch (kind) {
      case undefined:
        return null;
      case 'elementReference':
        return { kind: 'reference', path: text };
      case 'stringValue':
      case 'dateValue':
      case 'dateTimeValue':
        return { kind: 'literal', value: text };
      case 'booleanValue':
        return { kind: 'literal', value: text === 'true' };
      case 'numberValue':
        return { kind: 'literal', value: Number(text) };
      default:
        throw this.file.fault(`<${kind}> is not supported by the simulated org`);
    }
  }

  needOperand(element: Element, name = 'value'): Operand {
    const value = this.operand(element, name);
    if (!value) throw this.file.fault(`<${name}> is missing`);
    return value;
  }

  data(element: Element): DataType {
    const data = this.file.need(element, 'dataType') as DataType;
    if (!DATA_TYPES.includes(data)) throw this.file.fault(`data type ${data} is not supported by the simulated org`);
    return data;
  }

  conditions(element: Element, list: string, logic: string): Conditions {
    return {
      logic: this.file.text(element, logic) ?? 'and',
      list: this.file.list(element, list).map((condition) => {
        this.file.allow(condition, ['leftValueReference', 'operator', 'rightValue']);
        return {
          left: this.file.need(condition, 'leftValueReference'),
          operator: this.file.need(condition, 'operator'),
          right: this.operand(condition, 'rightValue'),
        };
      }),
    };
  }

  filters(element: Element): { filters: Filter[]; logic: string } {
    const filters = this.file.list(element, 'filters').map((filter) => {
      this.file.allow(filter, ['field', 'operator', 'value']);
      return {
        field: this.file.need(filter, 'field'),
        operator: this.file.need(filter, 'operator'),
        value: this.operand(filter),
      };
    });
    return { filters, logic: this.file.text(element, 'filterLogic') ?? 'and' };
  }

  assignments(element: Element): { field: string; value: Operand }[] {
    return this.file.list(element, 'inputAssignments').map((one) => {
      this.file.allow(one, ['field', 'value']);
      return { field: this.file.need(one, 'field'), value: this.needOperand(one) };
    });
  }

  base(element: Element): { name: string; label: string; next: string | null } {
    return {
      name: this.file.need(element, 'name'),
      label: this.file.need(element, 'label'),
      next: this.target(element),
    };
  }

  screenField(field: Element): ScreenField {
    const { file } = this;
    const kind = file.need(field, 'fieldType') as ScreenField['kind'];
    if (!SCREEN_FIELDS.includes(kind)) throw file.fault(`screen field ${kind} is not supported by the simulated org`);
    file.allow(field, [
      ...['name', 'fieldText', 'fieldType', 'dataType', 'isRequired', 'defaultValue', 'choiceReferences'],
      ...['visibilityRule', 'helpText', 'scale', 'storeOutputAutomatically', 'inputsOnNextNavToAssocScrn'],
      ...['isVisible', 'styleProperties'],
    ]);
    const rule = file.list(field, 'visibilityRule')[0];
    return {
      name: file.need(field, 'name'),
      kind,
      text: file.text(field, 'fieldText') ?? '',
      data: file.text(field, 'dataType') === undefined ? 'String' : this.data(field),
      required: file.flag(field, 'isRequired'),
      initial: this.operand(field, 'defaultValue'),
      choices: file.list(field, 'choiceReferences').map((choice) => choice.text),
      visible: rule ? this.conditions(rule, 'conditions', 'conditionLogic') : null,
    };
  }

  readonly elements: Record<string, (element: Element) => FlowElement> = {
    assignments: (element) => {
      this.file.allow(element, [...PLACE, 'assignmentItems']);
      const items = this.file.list(element, 'assignmentItems').map((item) => {
        this.file.allow(item, ['assignToReference', 'operator', 'value']);
        return {
          to: this.file.need(item, 'assignToReference'),
          operator: this.file.need(item, 'operator'),
          value: this.needOperand(item),
        };
      });
      return { kind: 'assignment', ...this.base(element), items };
    },
    decisions: (element) => {
      this.file.allow(element, [...PLACE, 'defaultConnector', 'defaultConnectorLabel', 'rules']);
      const rules = this.file.list(element, 'rules').map((rule) => {
        this.file.allow(rule, ['name', 'label', 'description', 'conditionLogic', 'conditions', 'connector']);
        return {
          name: this.file.need(rule, 'name'),
          conditions: this.conditions(rule, 'conditions', 'conditionLogic'),
          next: this.target(rule),
        };
      });
      return { kind: 'decision', ...this.base(element), next: this.target(element, 'defaultConnector'), rules };
    },
    loops: (element) => {
      const names = ['collectionReference', 'iterationOrder', 'nextValueConnector', 'noMoreValuesConnector'];
      this.file.allow(element, [...PLACE, ...names]);
      return {
        kind: 'loop',
        ...this.base(element),
        collection: this.file.need(element, 'collectionReference'),
        descending: this.file.text(element, 'iterationOrder') === 'Desc',
        each: this.target(element, 'nextValueConnector'),
        next: this.target(element, 'noMoreValuesConnector'),
      };
    },
    screens: (element) => {
      this.file.allow(element, [
        ...[...PLACE, 'allowBack', 'allowFinish', 'allowPause', 'fields', 'showFooter', 'showHeader', 'helpText'],
        ...['nextOrFinishButtonLabel', 'backButtonLabel', 'pausedText'],
      ]);
      return {
        kind: 'screen',
        ...this.base(element),
        fields: this.file.list(element, 'fields').map((field) => this.screenField(field)),
        allowBack: this.file.flag(element, 'allowBack', true),
        allowFinish: this.file.flag(element, 'allowFinish', true),
        nextLabel: this.file.text(element, 'nextOrFinishButtonLabel') ?? null,
      };
    },
    recordLookups: (element) => {
      this.file.allow(element, [
        ...[...PLACE, 'faultConnector', 'object', 'filters', 'filterLogic', 'getFirstRecordOnly', 'sortField'],
        ...['sortOrder', 'limit', 'queriedFields', 'outputReference', 'storeOutputAutomatically'],
        'assignNullValuesIfNoRecordsFound',
      ]);
      const sort = this.file.text(element, 'sortField');
      const limit = this.operand(element, 'limit');
      if (limit?.kind === 'reference') throw this.file.fault('a <limit> by reference is not supported');
      const fields = this.file.list(element, 'queriedFields').map((field) => field.text);
      const into = this.file.text(element, 'outputReference') ?? null;
      if ((into === null) !== this.file.flag(element, 'storeOutputAutomatically'))
        throw this.file.fault(`${this.file.need(element, 'name')} needs one place for what it finds`);
      return {
        kind: 'lookup',
        ...this.base(element),
        fault: this.target(element, 'faultConnector'),
        object: this.file.need(element, 'object'),
        ...this.filters(element),
        first: this.file.flag(element, 'getFirstRecordOnly'),
        sort: sort === undefined ? null : { field: sort, descending: this.file.text(element, 'sortOrder') === 'Desc' },
        limit: limit === null ? null : Number(limit.value),
        fields: fields.length === 0 ? null : fields,
        into,
        nullWhenNone: this.file.flag(element, 'assignNullValuesIfNoRecordsFound'),
      };
    },
    recordCreates: (element) => {
      const names = ['object', 'inputAssignments', 'inputReference', 'assignRecordIdToReference'];
      this.file.allow(element, [...PLACE, 'faultConnector', 'storeOutputAutomatically', ...names]);
      return {
        kind: 'create',
        ...this.base(element),
        fault: this.target(element, 'faultConnector'),
        ...this.source(element),
        idInto: this.file.text(element, 'assignRecordIdToReference') ?? null,
      };
    },
    recordUpdates: (element) => this.changes('update', element),
    recordDeletes: (element) => this.changes('delete', element),
    actionCalls: (element) => {
      this.file.allow(element, [
        ...[...PLACE, 'faultConnector', 'actionName', 'actionType', 'flowTransactionModel', 'inputParameters'],
        ...['outputParameters', 'storeOutputAutomatically', 'nameSegment', 'offset', 'versionSegment'],
      ]);
      const transaction = this.file.text(element, 'flowTransactionModel') ?? 'Automatic';
      if (transaction !== 'Automatic' && transaction !== 'NewTransaction' && transaction !== 'CurrentTransaction')
        throw this.file.fault(`flowTransactionModel ${transaction} is not supported`);
      return {
        kind: 'action',
        ...this.base(element),
        fault: this.target(element, 'faultConnector'),
        actionType: this.file.need(element, 'actionType'),
        actionName: this.file.need(element, 'actionName'),
        transaction,
        inputs: this.file.list(element, 'inputParameters').map((input) => ({
          name: this.file.need(input, 'name'),
          value: this.needOperand(input),
        })),
        outputs: this.file.list(element, 'outputParameters').map((output) => ({
          name: this.file.need(output, 'name'),
          to: this.file.need(output, 'assignToReference'),
        })),
        stored: this.file.flag(element, 'storeOutputAutomatically'),
      };
    },
  };

  source(element: Element): {
    object: string | null;
    assignments: { field: string; value: Operand }[];
    from: string | null;
  } {
    const from = this.file.text(element, 'inputReference') ?? null;
    const object = this.file.text(element, 'object') ?? null;
    if ((from === null) === (object === null))
      throw this.file.fault(`${this.file.need(element, 'name')} needs either <object> or <inputReference>`);
    return { object, assignments: this.assignments(element), from };
  }

  changes(kind: 'update' | 'delete', element: Element): FlowElement {
    const names = ['object', 'filters', 'filterLogic', 'inputAssignments', 'inputReference'];
    this.file.allow(element, [...PLACE, 'faultConnector', ...names]);
    return {
      kind,
      ...this.base(element),
      fault: this.target(element, 'faultConnector'),
      ...this.source(element),
      ...this.filters(element),
    };
  }

  recordChoices(element: Element): RecordChoices {
    const { file } = this;
    file.allow(element, [
      ...['name', 'description', 'dataType', 'displayField', 'valueField', 'object', 'filters', 'filterLogic', 'limit'],
      ...['sortField', 'sortOrder'],
    ]);
    const sort = file.text(element, 'sortField');
    const limit = file.text(element, 'limit');
    return {
      object: file.need(element, 'object'),
      ...this.filters(element),
      label: file.need(element, 'displayField'),
      value: file.need(element, 'valueField'),
      data: this.data(element),
      sort: sort === undefined ? null : { field: sort, descending: file.text(element, 'sortOrder') === 'Desc' },
      limit: limit === undefined ? null : Number(limit),
    };
  }

  valueType(element: Element): ValueType {
    const data = this.data(element);
    return {
      data,
      collection: this.file.flag(element, 'isCollection'),
      ...(data === 'SObject' ? { object: this.file.need(element, 'objectType') } : {}),
      ...(data === 'Apex' ? { class: this.file.need(element, 'apexClass') } : {}),
    };
  }
}

function start(reader: FlowReader, root: Element): string | null {
  const { file } = reader;
  const element = file.list(root, 'start')[0];
  if (!element) throw file.fault('<start> is missing');
  if (element.children.has('triggerType') || element.children.has('object') || element.children.has('schedule'))
    throw file.fault('flows that start by a record or a schedule are not supported by the simulated org');
  file.allow(element, ['locationX', 'locationY', 'connector']);
  return reader.target(element);
}

/**
 * Reads a flow in the format of the Metadata API.
 * @throws Error that names the file and what is wrong or not supported
 */
export function readFlow(path: string, name: string): Flow {
  const file = new MetadataFile(path, 'Flow');
  const reader = new FlowReader(file);
  const { root } = file;
  file.allow(root, TOP);
  const processType = file.need(root, 'processType');
  if (processType !== 'Flow' && processType !== 'AutoLaunchedFlow')
    throw file.fault(`process type ${processType} is not supported by the simulated org`);
  const mode = file.text(root, 'runInMode') ?? 'DefaultMode';
  if (mode !== 'DefaultMode') throw file.fault(`runInMode ${mode} is not supported by the simulated org`);
  const flow: Flow = {
    name,
    label: file.need(root, 'label'),
    processType,
    status: file.text(root, 'status') ?? 'Draft',
    first: start(reader, root),
    elements: new Map(),
    variables: new Map(),
    constants: new Map(),
    formulas: new Map(),
    templates: new Map(),
    choices: new Map(),
    recordChoices: new Map(),
  };
  const taken = new Set<string>();
  const claim = (what: string): string => {
    if (taken.has(what.toLowerCase())) throw file.fault(`the name ${what} is used twice`);
    taken.add(what.toLowerCase());
    return what;
  };
  for (const [list, read] of Object.entries(reader.elements))
    for (const element of file.list(root, list)) flow.elements.set(claim(file.need(element, 'name')), read(element));
  for (const element of file.list(root, 'variables')) {
    file.allow(element, [
      ...['name', 'description', 'apexClass', 'dataType', 'isCollection', 'isInput', 'isOutput', 'objectType'],
      ...['scale', 'value'],
    ]);
    const variable = {
      name: claim(file.need(element, 'name')),
      type: reader.valueType(element),
      isInput: file.flag(element, 'isInput'),
      isOutput: file.flag(element, 'isOutput'),
      initial: reader.operand(element),
    };
    flow.variables.set(variable.name, variable);
  }
  for (const element of file.list(root, 'constants'))
    flow.constants.set(claim(file.need(element, 'name')), {
      type: reader.valueType(element),
      value: reader.needOperand(element),
    });
  for (const element of file.list(root, 'formulas'))
    flow.formulas.set(claim(file.need(element, 'name')), {
      type: reader.valueType(element),
      expression: file.need(element, 'expression'),
    });
  for (const element of file.list(root, 'textTemplates'))
    flow.templates.set(claim(file.need(element, 'name')), file.need(element, 'text'));
  for (const element of file.list(root, 'choices'))
    flow.choices.set(claim(file.need(element, 'name')), {
      text: file.need(element, 'choiceText'),
      value: reader.needOperand(element),
      data: reader.data(element),
    });
  for (const element of file.list(root, 'dynamicChoiceSets'))
    flow.recordChoices.set(claim(file.need(element, 'name')), reader.recordChoices(element));
  return flow;
}
