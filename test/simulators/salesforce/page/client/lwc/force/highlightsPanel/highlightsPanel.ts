import { LightningElement, wire } from 'lwc';
import { config } from '../../../pageConfig.ts';
import { shownFields, wantedFields, type ShownField } from '../../../recordFields.ts';
import { getRecord, type WiredRecord } from '../../../shims/uiRecordApi.ts';

const { id: recordId, objectApiName, objectLabel } = config.record;
const names = config.highlights;
const wanted = wantedFields(['Name', ...names]);

/** Name of the record and a few fields of its compact layout. */
export default class HighlightsPanel extends LightningElement {
  objectLabel = objectLabel;
  iconName = objectApiName.endsWith('__c') ? 'standard:record' : `standard:${objectApiName.toLowerCase()}`;

  @wire(getRecord, { recordId, optionalFields: wanted })
  record: WiredRecord | undefined;

  get recordName(): string {
    const name = this.record?.data?.fields['Name'] ?? this.record?.data?.fields['Subject'];
    return String(name?.value ?? '');
  }

  get fields(): ShownField[] {
    return shownFields(this.record?.data, names);
  }
}
