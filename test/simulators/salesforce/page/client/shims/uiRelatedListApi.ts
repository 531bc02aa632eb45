import { callOrg } from '../orgApi.ts';
import { wireAdapter } from '../wireAdapter.ts';
import type { UiRecord } from './uiRecordApi.ts';

type Config = {
  parentRecordId?: string;
  relatedListId?: string;
  fields?: string[];
  optionalFields?: string[];
  /** One field, `-` before it for descending. */
  sortBy?: string[];
  pageSize?: number;
  pageToken?: string;
};
type RelatedList = { records: UiRecord[]; count: number; nextPageToken: string | null };
export type WiredList = { data: RelatedList | undefined; error: unknown };

/** `lightning/uiRelatedListApi`: the records of one related list; `where` is not supported. */
export const getRelatedListRecords = wireAdapter<Config, RelatedList, WiredList>({
  initial: { data: undefined, error: undefined },
  ready: ({ parentRecordId, relatedListId }) => parentRecordId !== undefined && relatedListId !== undefined,
  load: ({ parentRecordId, relatedListId, ...body }) =>
    callOrg('POST', `/ui-api/related-list-records/${parentRecordId}/${relatedListId}`, body) as Promise<RelatedList>,
  value: (data) => ({ data, error: undefined }),
  fault: (error) => ({ data: undefined, error }),
});
