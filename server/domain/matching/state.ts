import type { MatchRule, ScoredCandidate } from './match.ts';

/** Why a billing account belongs to an Account that it does not name: a rule, or somebody who said so. */
export type LinkRule = MatchRule | 'person' | 'operator';

/** The Account that a billing account was matched with. */
export type MatchLink = {
  accountId: string;
  rule: LinkRule;
  /** 0 to 100; null for what somebody said. */
  score: number | null;
  /** User id in Salesforce, `user@host` of an operator, or `rule`. */
  by: string;
};

/** How the matching of one billing account stands. */
export type MatchState = {
  /** `waiting` for an Account, `linked` to one, `dismissed` by a person, `named` by billing itself, or `gone`. */
  state: 'waiting' | 'linked' | 'dismissed' | 'named' | 'gone';
  /** There when `linked`. */
  link: MatchLink | null;
  /** Digest of what candidates were looked for by; null before the first look. */
  lookedBy: string | null;
  candidates: readonly ScoredCandidate[];
  /** False when there were more Accounts than were looked at. */
  complete: boolean;
  /** Accounts that a person took it away from: no rule links to them again. */
  rejected: readonly string[];
  /** What people had entered in its row in Salesforce when that was last read. */
  chosen: string | null;
  dismissed: boolean;
  /** Whether Salesforce is to hold a row of it. */
  hasRow: boolean;
  /** The Account that was made for it, whatever became of that: no second one is made. */
  made: string | null;
  /** Why no Account could be made for it, when that was last tried. */
  refusal: string | null;
};

/** Of a billing account that was never looked at. */
export const UNMATCHED: MatchState = {
  state: 'waiting',
  link: null,
  lookedBy: null,
  candidates: [],
  complete: true,
  rejected: [],
  chosen: null,
  dismissed: false,
  hasRow: false,
  made: null,
  refusal: null,
};

/** A link that somebody made: it goes before every rule, and before what somebody said against it. */
export function linkTo(state: MatchState, link: MatchLink): MatchState {
  return { ...state, state: 'linked', link, rejected: state.rejected.filter((id) => id !== link.accountId) };
}

/** The link is no more, and no rule makes it again. */
export function takeBack(state: MatchState): MatchState {
  if (state.link === null) return state;
  const rejected = [...new Set([...state.rejected, state.link.accountId])];
  return { ...state, state: 'waiting', link: null, rejected };
}
