import { linkTo, takeBack, type MatchState } from '../../domain/matching/state.ts';
import type { LinkRowInOrg } from '../ports/matching.ts';

/**
 * What a person entered in Salesforce since it was last read, taken into account: a chosen Account links, an emptied
 * choice takes that link back, and whoever dismisses wants no more proposals.
 * @param held the row in the org; undefined when it is not there, which says nothing
 */
export function followPerson(before: MatchState, held: LinkRowInOrg | undefined): MatchState {
  if (held === undefined) return before;
  let next: MatchState = { ...before, dismissed: held.dismissed, chosen: held.chosen };
  if (held.chosen !== before.chosen) {
    const link = before.link;
    if (held.chosen !== null)
      next = linkTo(next, { accountId: held.chosen, rule: 'person', score: null, by: held.held.changedBy });
    else if (link !== null && link.accountId === before.chosen) next = takeBack(next);
  }
  if (next.link !== null) return next;
  if (held.dismissed) return { ...next, state: 'dismissed' };
  return next.state === 'dismissed' ? { ...next, state: 'waiting', lookedBy: null } : next;
}
