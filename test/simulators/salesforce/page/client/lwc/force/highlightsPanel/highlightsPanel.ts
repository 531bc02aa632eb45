import { api, LightningElement, wire } from 'lwc';
import FlowAction from '../flowAction/flowAction.ts';
import { config } from '../../../pageConfig.ts';
import { fieldsNamed, shownFields, wantedFields, type ShownField } from '../../../recordFields.ts';
import { refreshPage } from '../../../shims/refresh.ts';
import { getRecord, type UiRecord, type WiredRecord } from '../../../shims/uiRecordApi.ts';

type QuickAction = { name: string; label: string; flow: string };

const { id: recordId, objectApiName, objectLabel } = config.record;
const { highlights, form } = config;
const shown = fieldsNamed(highlights);
const wanted = wantedFields(objectApiName, fieldsNamed(['Name', ...highlights, ...form]));

/** Name of the record, a few fields of its compact layout, and what can be done with it; Edit opens in place. */
export default class HighlightsPanel extends LightningElement {
  /** Those that the page names, else its layout. */
  @api actions: QuickAction[] = [];
  /** What names the actions does not name Edit. */
  @api withoutEdit = false;

  objectLabel = objectLabel;
  iconName = objectApiName.endsWith('__c') ? 'standard:record' : `standard:${objectApiName.toLowerCase()}`;

  names = form;
  editing = false;

  @wire(getRecord, { recordId, optionalFields: wanted })
  record: WiredRecord | undefined;

  get recordName(): string {
    const name = this.record?.data?.fields['Name'] ?? this.record?.data?.fields['Subject'];
    return String(name?.value ?? '');
  }

  get fields(): ShownField[] {
    return shownFields(this.record?.data, shown);
  }

  get data(): UiRecord | undefined {
    return this.record?.data;
  }

  get editable(): boolean {
    return !this.withoutEdit && !this.editing && fieldsNamed(form).some(({ editable }) => editable);
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
