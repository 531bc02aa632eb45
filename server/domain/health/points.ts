import { RULES, type RuleName, type Trouble } from './rules.ts';

/** What a score means; the words of the picklist in Salesforce. The last two stand for Accounts without a subscription. */
export const HEALTH_TIERS = ['Healthy', 'Watch', 'At Risk', 'Critical', 'Churned', 'No Subscription'] as const;
export type HealthTier = (typeof HEALTH_TIERS)[number];

export const CHURN_RISKS = ['Low', 'Medium', 'High'] as const;
export type ChurnRisk = (typeof CHURN_RISKS)[number];

/** Lowest scores of the tiers above `Critical`, and of the risks above `Low`. */
const HEALTHY_FROM = 80;
const WATCH_FROM = 60;
const AT_RISK_FROM = 30;
const MEDIUM_FROM = 30;
const HIGH_FROM = 60;

export type Points = {
  /** From 0 to 100, 100 being best; null where there never was a subscription and nothing is the matter. */
  score: number | null;
  tier: HealthTier;
  /** One line a reason, such as `-10: …`, the gravest first; before the score is held at 0 they sum to what it lacks of 100. */
  reasons: string[];
  /** From 0 to 100, 100 being worst; null where no subscription lives that could be lost. */
  churn: { score: number; risk: ChurnRisk; reasons: string[] } | null;
  /** What helps most. */
  action: string;
};

const ORDER = Object.keys(RULES) as RuleName[];

function gravest(troubles: readonly Trouble[], by: 'health' | 'churn'): Trouble[] {
  return troubles
    .filter(({ rule }) => RULES[rule][by] > 0)
    .toSorted((a, b) => RULES[b.rule][by] - RULES[a.rule][by] || ORDER.indexOf(a.rule) - ORDER.indexOf(b.rule));
}

const total = (troubles: readonly Trouble[], by: 'health' | 'churn'): number =>
  troubles.reduce((all, { rule }) => all + RULES[rule][by], 0);

function tierOf(score: number): HealthTier {
  if (score >= HEALTHY_FROM) return 'Healthy';
  if (score >= WATCH_FROM) return 'Watch';
  return score >= AT_RISK_FROM ? 'At Risk' : 'Critical';
}

function churnOf(troubles: readonly Trouble[]): NonNullable<Points['churn']> {
  const score = Math.min(100, total(troubles, 'churn'));
  return {
    score,
    risk: score >= HIGH_FROM ? 'High' : score >= MEDIUM_FROM ? 'Medium' : 'Low',
    reasons: gravest(troubles, 'churn').map(({ rule, text }) => `+${RULES[rule].churn}: ${text}`),
  };
}

/**
 * Turns what is the matter into points that say where they come from.
 * @param has whether the Account has a subscription, had one, or never did
 */
export function pointsOf(troubles: readonly Trouble[], has: 'live' | 'ended' | 'none'): Points {
  const score = Math.max(0, 100 - total(troubles, 'health'));
  const helps = ORDER.find((rule) => troubles.some((trouble) => trouble.rule === rule));
  return {
    score: has === 'none' && troubles.length === 0 ? null : score,
    tier: has === 'live' ? tierOf(score) : has === 'ended' ? 'Churned' : 'No Subscription',
    reasons: gravest(troubles, 'health').map(({ rule, text }) => `-${RULES[rule].health}: ${text}`),
    churn: has === 'live' ? churnOf(troubles) : null,
    action: helps === undefined ? 'Nothing needs to be done.' : RULES[helps].action,
  };
}
