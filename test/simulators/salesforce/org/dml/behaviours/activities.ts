import { RowFault } from '../../errors.ts';
import { CLOSED } from '../../schema/standard/service.ts';
import { nowOf, target, type Save } from '../context.ts';
import { missing } from '../faults.ts';
import type { Behaviour } from './behaviour.ts';
import { removeSharesOfOldOwner } from './shares.ts';

/** Cases: closed by their status; the Account is that of the Contact when none is given. */
export const caseBehaviour: Behaviour = {
  prepare({ context, before, after, written }) {
    const contact = target(context, 'Contact', after['ContactId']);
    if (contact && !written.has('AccountId') && written.has('ContactId'))
      after['AccountId'] = contact['AccountId'] ?? null;
    after['IsClosed'] = after['Status'] === CLOSED.Case;
    if (after['IsClosed'] !== (before?.['IsClosed'] ?? false))
      after['ClosedDate'] = after['IsClosed'] ? nowOf(context) : null;
  },
  saved: removeSharesOfOldOwner,
};

/** The Account that an activity belongs to, over what or whom it is about. */
function accountOf({ context, after }: Save): string | null {
  const what = after['WhatId'] ?? null;
  const object = what === null ? undefined : context.schema.objectOfId(String(what));
  if (object?.name === 'Account') return String(what);
  const about = object && target(context, object.name, what);
  const who = target(context, 'Contact', after['WhoId']);
  const id = about?.['AccountId'] ?? who?.['AccountId'] ?? null;
  return id === null ? null : String(id);
}

function relate(save: Save): void {
  const { context, after } = save;
  if (target(context, 'Lead', after['WhoId']) && (after['WhatId'] ?? null) !== null)
    throw new RowFault('FIELD_INTEGRITY_EXCEPTION', 'There is already a Lead in WhoId: WhatId must be empty', [
      'WhatId',
    ]);
  after['AccountId'] = accountOf(save);
}

export const task: Behaviour = {
  prepare(save) {
    const { context, before, after } = save;
    relate(save);
    after['IsClosed'] = after['Status'] === CLOSED.Task;
    after['IsHighPriority'] = after['Priority'] === 'High';
    if (after['IsClosed'] !== (before?.['IsClosed'] ?? false))
      after['CompletedDateTime'] = after['IsClosed'] ? nowOf(context) : null;
  },
};

const minutes = (from: unknown, to: unknown): number =>
  (Date.parse(String(to).replace('+0000', 'Z')) - Date.parse(String(from).replace('+0000', 'Z'))) / 60_000;

/** Events: start with an end or a duration, or a whole day (Object Reference, "Event"). */
export const activity: Behaviour = {
  prepare(save) {
    const { after, written } = save;
    relate(save);
    if (written.has('ActivityDateTime') && !written.has('StartDateTime'))
      after['StartDateTime'] = after['ActivityDateTime'] ?? null;
    const start = after['StartDateTime'] ?? null;
    if (after['IsAllDayEvent'] === true) {
      after['ActivityDate'] ??= start === null ? null : String(start).slice(0, 10);
      if ((after['ActivityDate'] ?? null) === null) throw missing(['ActivityDate']);
      after['EndDate'] = after['ActivityDate']!;
      return;
    }
    if (start === null) throw missing(['StartDateTime']);
    if (written.has('EndDateTime') && (after['EndDateTime'] ?? null) !== null)
      after['DurationInMinutes'] = minutes(start, after['EndDateTime']);
    const duration = after['DurationInMinutes'] ?? null;
    if (duration === null) throw missing(['EndDateTime']);
    if (Number(duration) < 0)
      throw new RowFault('FIELD_INTEGRITY_EXCEPTION', 'Event duration can not be negative', ['EndDateTime']);
    const end = Date.parse(String(start).replace('+0000', 'Z')) + Number(duration) * 60_000;
    after['EndDateTime'] = new Date(end).toISOString().replace('Z', '+0000');
    after['ActivityDateTime'] = start;
    after['ActivityDate'] = String(start).slice(0, 10);
    after['EndDate'] = String(after['EndDateTime']).slice(0, 10);
  },
};
