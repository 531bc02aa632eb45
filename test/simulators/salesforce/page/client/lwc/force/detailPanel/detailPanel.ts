import { LightningElement, wire } from 'lwc';
import { messageOf } from '../../../orgApi.ts';
import { config } from '../../../pageConfig.ts';
import { shownFields, wantedFields, type ShownField } from '../../../recordFields.ts';
import { getRecord, type WiredRecord } from '../../../shims/uiRecordApi.ts';

const names = config.fields.map((field) => field.name);
const wanted = wantedFields(names);

/** Every field of the record that the user may read. */
export default class DetailPanel extends LightningElement {
  @wire(getRecord, { recordId: config.record.id, optionalFields: wanted })
  record: WiredRecord | undefined;

  get fields(): ShownField[] {
    return shownFields(this.record?.data, names);
  }

  get message(): string | null {
    return this.record?.error === undefined ? null : messageOf(this.record?.error);
  }
}
