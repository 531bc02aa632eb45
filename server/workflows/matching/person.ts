import type { LinkRowInOrg, MatchState } from '../ports/matching.ts';

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
      next = {
        ...next,
        state: 'linked',
        link: { accountId: held.chosen, rule: 'person', score: null, by: held.held.changedBy },
        rejected: before.rejected.filter((id) => id !== held.chosen),
      };
    else if (link !== null && link.accountId === before.chosen) next = takeBack(next);
  }
  if (next.link !== null) return next;
  if (held.dismissed) return { ...next, state: 'dismissed' };
  return next.state === 'dismissed' ? { ...next, state: 'waiting', lookedBy: null } : next;
}

/** The link is no more, and no rule makes it again. */
export function takeBack(state: MatchState): MatchState {
  if (state.link === null) return state;
  const rejected = [...new Set([...state.rejected, state.link.accountId])];
  return { ...state, state: 'waiting', link: null, rejected };
}
