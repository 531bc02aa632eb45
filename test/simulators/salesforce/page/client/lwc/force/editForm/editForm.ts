import { api, LightningElement } from 'lwc';
import { isFetchFault, messageOf } from '../../../orgApi.ts';
import { config, type PageField } from '../../../pageConfig.ts';
import { getFieldValue, updateRecord, type UiRecord } from '../../../shims/uiRecordApi.ts';

type FieldErrors = Record<string, { message: string }[]>;

const INPUT_TYPES: Readonly<Record<string, string>> = {
  boolean: 'checkbox',
  date: 'date',
  datetime: 'datetime',
  time: 'time',
  double: 'number',
  int: 'number',
  currency: 'number',
  percent: 'number',
  email: 'email',
  phone: 'tel',
  url: 'url',
};

/** Inputs for the fields of the record that the user may change; fires `done` when saved or left. */
export default class EditForm extends LightningElement {
  @api record: UiRecord | undefined;
  @api names: readonly string[] = [];

  busy = false;
  message: string | null = null;
  faults: FieldErrors = {};
  entered: Record<string, unknown> = {};

  get chosen(): PageField[] {
    return config.fields.filter(({ name, editable }) => editable && this.names.includes(name));
  }

  get fields(): object[] {
    return this.chosen.map((field) => {
      const value = this.currentOf(field);
      return {
        ...field,
        value,
        values: field.values && [{ label: '--None--', value: '' }, ...field.values],
        isLong: field.type === 'textarea',
        inputType: INPUT_TYPES[field.type] ?? 'text',
        fault: this.faults[field.name]?.map(({ message }) => message).join(' ') ?? null,
      };
    });
  }

  currentOf({ name, type }: PageField): unknown {
    const blank = type === 'boolean' ? false : '';
    if (name in this.entered) return this.entered[name];
    return getFieldValue(this.record, `${config.record.objectApiName}.${name}`) ?? blank;
  }

  enter(event: CustomEvent<{ value?: unknown; checked?: boolean }>): void {
    const { field = '' } = (event.target as HTMLElement).dataset;
    const { value, checked } = event.detail;
    this.entered = { ...this.entered, [field]: value ?? checked };
  }

  async save(event: Event): Promise<void> {
    event.preventDefault();
    this.busy = true;
    this.message = null;
    this.faults = {};
    try {
      const numbers = new Set(['double', 'int', 'currency', 'percent']);
      const given = this.chosen.flatMap(({ name, type }): [string, unknown][] => {
        if (!(name in this.entered)) return [];
        const value = this.entered[name];
        if (value === '' || value === null) return [[name, null]];
        return [[name, numbers.has(type) ? Number(value) : value]];
      });
      await updateRecord({ fields: { Id: config.record.id, ...Object.fromEntries(given) } });
      this.cancel();
    } catch (fault) {
      const output = isFetchFault(fault) ? fault.body.output : undefined;
      this.faults = output?.fieldErrors ?? {};
      const whole = output?.errors.map(({ message }) => message).join(' ') ?? '';
      const shown = this.chosen.some(({ name }) => name in this.faults);
      this.message = whole === '' && shown ? null : whole || messageOf(fault);
    } finally {
      this.busy = false;
    }
  }

  cancel(): void {
    this.dispatchEvent(new CustomEvent('done'));
  }
}
