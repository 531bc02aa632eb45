import { api, LightningElement, wire } from 'lwc';
import FlowAction from '../flowAction/flowAction.ts';
import { config } from '../../../pageConfig.ts';
import { shownFields, wantedFields, type ShownField } from '../../../recordFields.ts';
import { refreshPage } from '../../../shims/refresh.ts';
import { getRecord, type UiRecord, type WiredRecord } from '../../../shims/uiRecordApi.ts';

type QuickAction = { name: string; label: string; flow: string };

const { id: recordId, objectApiName, objectLabel } = config.record;
const names = config.highlights;
const inForm = ['Name', ...names];
const wanted = wantedFields(inForm);

/** Name of the record and a few fields of its compact layout, which can be edited in place. */
export default class HighlightsPanel extends LightningElement {
  /** Those that the page names. */
  @api actions: QuickAction[] = [];

  objectLabel = objectLabel;
  iconName = objectApiName.endsWith('__c') ? 'standard:record' : `standard:${objectApiName.toLowerCase()}`;

  names = inForm;
  editing = false;

  @wire(getRecord, { recordId, optionalFields: wanted })
  record: WiredRecord | undefined;

  get recordName(): string {
    const name = this.record?.data?.fields['Name'] ?? this.record?.data?.fields['Subject'];
    return String(name?.value ?? '');
  }

  get fields(): ShownField[] {
    return shownFields(this.record?.data, names);
  }

  get data(): UiRecord | undefined {
    return this.record?.data;
  }

  get editable(): boolean {
    return !this.editing && config.fields.some(({ name, editable }) => editable && inForm.includes(name));
  }

  async run(event: Event): Promise<void> {
    const name = (event.currentTarget as HTMLElement).dataset['action'];
    const { label, flow } = this.actions.find((action) => action.name === name)!;
    await FlowAction.open({ label, flow, recordId });
    await refreshPage();
  }

  edit(): void {
    this.editing = true;
  }

  done(): void {
    this.editing = false;
  }
}
