import type { SObject } from '../../types.ts';
import {
  READ_ONLY,
  autoNumber,
  date,
  dateTime,
  email,
  flag,
  longText,
  number,
  ownerField,
  ownerOrQueue,
  phone,
  picklist,
  reference,
  text,
  viewedFields,
} from '../fields.ts';
import { SETUP_ONLY, standard } from './parts.ts';

export const CASE_STATUSES = ['New', 'Working', 'Escalated', 'Closed'];
export const TASK_STATUSES = ['Not Started', 'In Progress', 'Completed', 'Waiting on someone else', 'Deferred'];
export const TASK_PRIORITIES = ['High', 'Normal', 'Low'];
export const CLOSED = { Case: 'Closed', Task: 'Completed' } as const;

const WHAT = ['Account', 'Opportunity', 'Case', 'Campaign', 'Contract', 'Product2'];

/** Cases and activities (Object Reference). `custom` objects that allow activities join what these may be about. */
export function service(): SObject[] {
  return [
    standard(
      'Case',
      'Cases',
      '500',
      'Private',
      [
        autoNumber('CaseNumber', 'Case Number', '{00000000}', 1000),
        reference('ContactId', 'Contact ID', 'Contact', 'Contact', 'Cases'),
        reference('AccountId', 'Account ID', 'Account', 'Account', 'Cases', { onDelete: 'restrict' }),
        reference('ParentId', 'Parent Case ID', 'Case', 'Parent', 'Cases'),
        text('SuppliedName', 'Name', 80),
        email('SuppliedEmail', 'Email Address'),
        phone('SuppliedPhone', 'Phone'),
        text('SuppliedCompany', 'Company', 80),
        picklist('Type', 'Case Type', ['Mechanical', 'Electrical', 'Electronic', 'Structural', 'Other']),
        picklist('Status', 'Status', CASE_STATUSES, { defaultValue: 'New' }),
        picklist('Reason', 'Case Reason', ['Installation', 'Performance', 'Breakdown', 'Feedback', 'Other']),
        picklist('Origin', 'Case Origin', ['Phone', 'Email', 'Web']),
        text('Subject', 'Subject', 255),
        picklist('Priority', 'Priority', ['High', 'Medium', 'Low'], { defaultValue: 'Medium' }),
        longText('Description', 'Description'),
        flag('IsClosed', 'Closed', READ_ONLY),
        dateTime('ClosedDate', 'Closed Date', READ_ONLY),
        flag('IsEscalated', 'Escalated'),
        longText('Comments', 'Internal Comments', 4000),
        ownerOrQueue(),
        ...viewedFields(),
      ],
      { nameField: 'CaseNumber' },
    ),
    standard(
      'Task',
      'Tasks',
      '00T',
      'Private',
      [
        reference('WhoId', 'Name ID', ['Contact', 'Lead'], 'Who', 'Tasks', { onDelete: 'cascade' }),
        reference('WhatId', 'Related To ID', WHAT, 'What', 'Tasks', { onDelete: 'cascade' }),
        reference('AccountId', 'Account ID', 'Account', 'Account', undefined, READ_ONLY),
        text('Subject', 'Subject', 255),
        date('ActivityDate', 'Due Date Only'),
        picklist('Status', 'Status', TASK_STATUSES, { defaultValue: 'Not Started' }),
        picklist('Priority', 'Priority', TASK_PRIORITIES, { defaultValue: 'Normal' }),
        flag('IsHighPriority', 'High Priority', READ_ONLY),
        longText('Description', 'Description'),
        flag('IsClosed', 'Closed', READ_ONLY),
        dateTime('CompletedDateTime', 'Completed Date', READ_ONLY),
        flag('IsArchived', 'Archived', READ_ONLY),
        picklist('TaskSubtype', 'Task Subtype', ['Task', 'Email', 'ListEmail', 'Cadence', 'Call'], {
          picklist: { restricted: true, values: ['Task', 'Email', 'ListEmail', 'Cadence', 'Call'] },
          defaultValue: 'Task',
          updateable: false,
        }),
        number('CallDurationInSeconds', 'Call Duration', 8, 0),
        picklist('CallType', 'Call Type', ['Internal', 'Inbound', 'Outbound']),
        flag('IsReminderSet', 'Reminder Set'),
        dateTime('ReminderDateTime', 'Reminder Date/Time'),
        ownerOrQueue(),
      ],
      { nameField: 'Subject' },
    ),
    standard(
      'Event',
      'Events',
      '00U',
      'Private',
      [
        reference('WhoId', 'Name ID', ['Contact', 'Lead'], 'Who', 'Events', { onDelete: 'cascade' }),
        reference('WhatId', 'Related To ID', WHAT, 'What', 'Events', { onDelete: 'cascade' }),
        reference('AccountId', 'Account ID', 'Account', 'Account', undefined, READ_ONLY),
        text('Subject', 'Subject', 255),
        text('Location', 'Location', 255),
        flag('IsAllDayEvent', 'All-Day Event'),
        dateTime('ActivityDateTime', 'Due Date Time'),
        date('ActivityDate', 'Due Date Only'),
        number('DurationInMinutes', 'Duration', 8, 0),
        dateTime('StartDateTime', 'Start Date Time'),
        dateTime('EndDateTime', 'End Date Time'),
        date('EndDate', 'End Date', READ_ONLY),
        longText('Description', 'Description'),
        flag('IsPrivate', 'Private'),
        picklist('ShowAs', 'Show Time As', ['Busy', 'OutOfOffice', 'Free'], { defaultValue: 'Busy' }),
        flag('IsReminderSet', 'Reminder Set'),
        dateTime('ReminderDateTime', 'Reminder Date/Time'),
        flag('IsArchived', 'Archived', READ_ONLY),
        ownerField(),
      ],
      { nameField: 'Subject' },
    ),
    // Made by the Connect REST API alone; whoever sees the record sees its feed.
    standard(
      'FeedItem',
      'Feed Items',
      '0D5',
      'ControlledByParent',
      [
        reference('ParentId', 'Parent ID', 'Opportunity', 'Parent', undefined, {
          masterDetail: true,
          updateable: false,
        }),
        picklist('Type', 'Feed Item Type', ['TextPost', 'TrackedChange', 'LinkPost', 'ContentPost'], READ_ONLY),
        longText('Body', 'Body', 10_000),
      ],
      { operations: SETUP_ONLY, apiOnly: true },
    ),
  ];
}
