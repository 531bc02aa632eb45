import { LightningElement, wire } from 'lwc';
import { config } from '../../../pageConfig.ts';
import { shownFields, wantedFields, type ShownField } from '../../../recordFields.ts';
import { getRecord, type UiRecord, type WiredRecord } from '../../../shims/uiRecordApi.ts';

const { id: recordId, objectApiName, objectLabel } = config.record;
const names = config.highlights;
const inForm = ['Name', ...names];
const wanted = wantedFields(inForm);

/** Name of the record and a few fields of its compact layout, which can be edited in place. */
export default class HighlightsPanel extends LightningElement {
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

  edit(): void {
    this.editing = true;
  }

  done(): void {
    this.editing = false;
  }
}
