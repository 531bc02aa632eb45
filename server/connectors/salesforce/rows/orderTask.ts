import type { OrderTask } from '../../../workflows/ports/orders.ts';
import type { OrgRow } from '../../../workflows/ports/orgRows.ts';
import { lines, text } from './fields.ts';

/** Words of the platform for how far a Task is. */
const STATUS = { Closed: 'Completed', Reopened: 'Not Started' } as const;

/**
 * A Task on an Opportunity. It is people's once it was made, until it is closed, or opened again. What it is about goes with that,
 * since a Task that somebody deleted meanwhile is made by it once more.
 */
export function orderTaskRow(dealId: string, { key, ownerId, subject, text: why, on, state }: OrderTask): OrgRow {
  const about = { Subject: text(subject), WhatId: dealId };
  return {
    object: 'Task',
    key,
    fields: state === 'Open' ? {} : { ...about, Status: STATUS[state] },
    initial: {
      ...about,
      OwnerId: ownerId,
      Status: 'Not Started',
      Priority: 'High',
      ActivityDate: on,
      Description: lines(why.split('\n'), 32_000),
    },
    parents: {},
  };
}
