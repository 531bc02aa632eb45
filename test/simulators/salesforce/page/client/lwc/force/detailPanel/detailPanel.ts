import { LightningElement, wire } from 'lwc';
import { messageOf } from '../../../orgApi.ts';
import { config } from '../../../pageConfig.ts';
import { fieldsNamed, shownFields, wantedFields, type ShownField } from '../../../recordFields.ts';
import { getRecord, type WiredRecord } from '../../../shims/uiRecordApi.ts';

const { record: page, sections } = config;
const wanted = wantedFields(page.objectApiName, fieldsNamed(sections.flatMap(({ columns }) => columns.flat())));

type Column = { key: number; fields: ShownField[] };
type Section = { key: number; heading: string | null; columns: Column[] };

/** The sections of the page layout, as far as the user may read them. */
export default class DetailPanel extends LightningElement {
  @wire(getRecord, { recordId: page.id, optionalFields: wanted })
  record: WiredRecord | undefined;

  get sections(): Section[] {
    const { data } = this.record ?? {};
    if (!data) return [];
    return sections.map(({ heading, columns }, key) => ({
      key,
      heading,
      columns: columns.map((names, at) => ({ key: at, fields: shownFields(data, fieldsNamed(names)) })),
    }));
  }

  get message(): string | null {
    return this.record?.error === undefined ? null : messageOf(this.record?.error);
  }
}
