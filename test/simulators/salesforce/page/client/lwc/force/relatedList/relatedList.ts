import { api, LightningElement, wire } from 'lwc';
import { messageOf } from '../../../orgApi.ts';
import { config, type RelatedList } from '../../../pageConfig.ts';
import { shownFields, wantedFields, type ShownField } from '../../../recordFields.ts';
import { getRelatedListRecords, type WiredList } from '../../../shims/uiRelatedListApi.ts';

/** As many as a list shows before one asks for all. */
const ROWS = 6;

/** Records that refer to the one of the page, a line each; the name leads to the record. */
export default class RelatedListTable extends LightningElement {
  @api list!: RelatedList;

  recordId = config.record.id;
  rows = ROWS;

  @wire(getRelatedListRecords, {
    parentRecordId: '$recordId',
    relatedListId: '$listId',
    optionalFields: '$wanted',
    pageSize: '$rows',
  })
  answer: WiredList | undefined;

  get listId(): string {
    return this.list.id;
  }

  get wanted(): string[] {
    return wantedFields(this.list.object, this.list.columns);
  }

  get lines(): { id: string; cells: ShownField[] }[] {
    return (this.answer?.data?.records ?? []).map((record) => ({
      id: record.id,
      cells: shownFields(record, this.list.columns).map((cell) =>
        cell.name === 'Name' ? { ...cell, url: `/lightning/r/${record.id}/view` } : cell,
      ),
    }));
  }

  get message(): string | null {
    return this.answer?.error === undefined ? null : messageOf(this.answer.error);
  }
}
