import { isFreeMail } from './freeMail.ts';
import { domainOfEmail, isSameDomain, isSameName, normaliseDomain, normaliseEmail } from './normalise.ts';

/** What a billing account is matched by. */
export type MatchSubject = {
  name: string | null;
  email: string | null;
  /** What the configured field of the right Account holds: one of these texts; none when no field is configured. */
  fieldValues: readonly string[];
  /** The Account of the billing account above it, 18 characters; null without one that is linked. */
  parentAccountId: string | null;
  /** Key of the billing account, for which an Account may have been made. */
  key: string;
};

/** An Account that may be the one, with what was found of it. */
export type Candidate = {
  /** 18 characters. */
  accountId: string;
  name: string;
  website: string | null;
  /** Addresses of its Contacts, as far as they were asked for. */
  contactEmails: readonly string[];
  /** Address of a Person Account (`PersonEmail`); null for a business. */
  personEmail: string | null;
  /** What its configured field holds; null when none is configured, or it is empty. */
  fieldValue: string | null;
  /** Key of the billing account for which it was made; null when it was not. */
  madeFor: string | null;
  /** The Account above it, 18 characters; null for none. */
  parentId: string | null;
};

/** How a candidate was found, the surest first. */
export type MatchRule =
  | 'created'
  | 'field'
  | 'person email'
  | 'email and name'
  | 'parent and name'
  | 'domain and name'
  | 'duplicate rule'
  | 'email'
  | 'name';

/**
 * How sure each rule is, 0 to 100. Only their order and their distances count (decision record 0015):
 * a field that somebody filled in is certain; an address and a name that agree are two independent witnesses, a domain is
 * shared by all parts of a company and so is a weaker one; an address alone may be an accountant's or an agency's, and a
 * name alone is that of many companies.
 */
export const SCORES: Readonly<Record<MatchRule, number>> = {
  created: 100,
  field: 100,
  'person email': 90,
  'email and name': 90,
  'parent and name': 80,
  'domain and name': 80,
  'duplicate rule': 60,
  email: 50,
  name: 40,
};

/** From here on a rule is two witnesses, or one that is certain. */
export const LINK_FROM = SCORES['domain and name'];
/** So far ahead of every other candidate: a name alone beside the weakest pair of witnesses is no doubt, anything more is. */
export const LEAD = SCORES['domain and name'] - SCORES.name;

/** A candidate with how sure it is, and why in plain words. */
export type ScoredCandidate = Pick<Candidate, 'accountId' | 'name' | 'madeFor'> & {
  rule: MatchRule;
  score: number;
  reasons: string[];
};

export type MatchDecision =
  { outcome: 'link'; to: ScoredCandidate } | { outcome: 'wait'; because: 'nothing found' | 'weak' | 'ambiguous' };

/** @returns the candidate as it scores; null when nothing speaks for it */
export function scoreCandidate(subject: MatchSubject, candidate: Candidate): ScoredCandidate | null {
  const email = normaliseEmail(subject.email);
  const domain = domainOfEmail(subject.email);
  const website = normaliseDomain(candidate.website);
  const has = {
    created: candidate.madeFor === subject.key,
    field: candidate.fieldValue !== null && subject.fieldValues.includes(candidate.fieldValue),
    person: email !== null && normaliseEmail(candidate.personEmail) === email,
    email: email !== null && candidate.contactEmails.some((one) => normaliseEmail(one) === email),
    domain: domain !== null && website !== null && !isFreeMail(domain) && isSameDomain(domain, website),
    parent: subject.parentAccountId !== null && candidate.parentId === subject.parentAccountId,
    name: isSameName(subject.name, candidate.name),
  };
  const rules: readonly [MatchRule, boolean][] = [
    ['created', has.created],
    ['field', has.field],
    ['person email', has.person],
    ['email and name', has.email && has.name],
    ['parent and name', has.parent && has.name],
    ['domain and name', has.domain && has.name],
    ['email', has.email],
    ['name', has.name],
  ];
  const rule = rules.find(([, holds]) => holds)?.[0];
  if (rule === undefined) return null;
  const reasons = [
    has.created ? 'it was made for this customer' : [],
    has.field ? 'its field names this customer' : [],
    has.person ? 'the person has the same email' : [],
    has.email ? 'a contact has the same email' : [],
    has.domain ? 'the website is of the same domain' : [],
    has.parent ? 'it stands below the Account of the billing account above' : [],
    has.name ? 'the same name' : [],
  ].flat();
  const { accountId, name, madeFor } = candidate;
  return { accountId, name, madeFor, rule, score: SCORES[rule], reasons };
}

/** The surest first; of two that are as sure the one with the lower id, whatever order they came in. */
function compare(a: ScoredCandidate, b: ScoredCandidate): number {
  return b.score - a.score || (a.accountId < b.accountId ? -1 : a.accountId > b.accountId ? 1 : 0);
}

/** @returns the candidates for which something speaks, the surest first */
export function rankCandidates(subject: MatchSubject, candidates: readonly Candidate[]): ScoredCandidate[] {
  return candidates.flatMap((candidate) => scoreCandidate(subject, candidate) ?? []).sort(compare);
}

/**
 * Whether a billing account is linked without asking anybody.
 * @param ranked every candidate, the surest first
 * @param rejected Accounts that a person took it away from: they are proposed, and never linked by a rule again
 * @param complete false when there were more Accounts than were looked at, so that no candidate is known to be the only one
 */
export function decideMatch(
  ranked: readonly ScoredCandidate[],
  { rejected = [], complete = true }: { rejected?: readonly string[]; complete?: boolean } = {},
): MatchDecision {
  const [best, second] = ranked;
  if (best === undefined) return { outcome: 'wait', because: 'nothing found' };
  if (best.score < LINK_FROM || rejected.includes(best.accountId)) return { outcome: 'wait', because: 'weak' };
  const isCertain = best.rule === 'field' && second?.rule !== 'field';
  const leads = second === undefined || best.score - second.score >= LEAD;
  return isCertain || (leads && complete) ? { outcome: 'link', to: best } : { outcome: 'wait', because: 'ambiguous' };
}
