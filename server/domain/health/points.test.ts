import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pointsOf } from './points.ts';
import { RULES, type RuleName, type Trouble } from './rules.ts';

const names = Object.keys(RULES) as RuleName[];
const trouble = (rule: RuleName): Trouble => ({ rule, text: `It is ${rule}.` });
const troubles = fc.uniqueArray(fc.constantFrom(...names)).map((rules) => rules.map(trouble));
const has = fc.constantFrom('live', 'ended', 'none');

/** What the lines say that they take off or add. */
const said = (lines: readonly string[]) => lines.reduce((all, line) => all + Math.abs(Number(line.split(':')[0])), 0);

describe('points', () => {
  test('of an Account of which nothing is the matter are all there', () => {
    expect(pointsOf([], 'live')).toEqual({
      score: 100,
      tier: 'Healthy',
      reasons: [],
      churn: { score: 0, risk: 'Low', reasons: [] },
      action: 'Nothing needs to be done.',
    });
    expect(pointsOf([], 'none')).toMatchObject({ score: null, tier: 'No Subscription', churn: null });
  });

  test.each<[RuleName[], number, string, number, string]>([
    [['overdueDays1to30', 'overdueAMonth'], 80, 'Healthy', 10, 'Low'],
    [['paymentFailed2', 'declineNeedsCustomer'], 75, 'Watch', 25, 'Low'],
    [['cancelingAll'], 60, 'Watch', 80, 'High'],
    [['overdueOver90', 'overdueAMonth'], 50, 'At Risk', 35, 'Medium'],
    [['overdueOver90', 'paymentFailed4', 'collectionEnded'], 20, 'Critical', 75, 'High'],
    [['usageOver'], 95, 'Healthy', 0, 'Low'],
  ])('of %j', (rules, score, tier, churn, risk) => {
    expect(pointsOf(rules.map(trouble), 'live')).toMatchObject({ score, tier, churn: { score: churn, risk } });
  });

  test('of a customer that left are none, whatever else is the matter, and nothing is left to lose', () => {
    expect(pointsOf([trouble('overdueDays1to30'), trouble('churned')], 'ended')).toEqual({
      score: 0,
      tier: 'Churned',
      reasons: ['-100: It is churned.', '-10: It is overdueDays1to30.'],
      churn: null,
      action: 'Ask the customer when what is overdue will be paid.',
    });
  });

  test('that are missing are those of the reasons', () => {
    fc.assert(
      fc.property(troubles, has, (all, what) => {
        const { score, reasons, churn } = pointsOf(all, what);
        if (score !== null) expect(score).toBe(Math.max(0, 100 - said(reasons)));
        if (churn !== null) expect(churn.score).toBe(Math.min(100, said(churn.reasons)));
      }),
    );
  });

  test('never rise with another trouble', () => {
    fc.assert(
      fc.property(troubles, fc.constantFrom(...names), has, (all, more, what) => {
        const before = pointsOf(all, what);
        const after = pointsOf([...all, trouble(more)], what);
        expect(after.score ?? 100).toBeLessThanOrEqual(before.score ?? 100);
        expect(after.churn?.score ?? 0).toBeGreaterThanOrEqual(before.churn?.score ?? 0);
      }),
    );
  });

  test('do not depend on the order in which troubles were found', () => {
    fc.assert(
      fc.property(troubles, (all) => {
        expect(pointsOf(all.toReversed(), 'live')).toEqual(pointsOf(all, 'live'));
      }),
    );
  });
});

test.each<RuleName[]>([
  ['overdueDays1to30', 'overdueDays31to60', 'overdueDays61to90', 'overdueOver90'],
  ['paymentFailed1', 'paymentFailed2', 'paymentFailed3', 'paymentFailed4'],
  ['cardExpiring', 'cardExpired'],
  ['notRenewing90', 'notRenewing30', 'cancelingPart', 'cancelingAll'],
  ['lostSome', 'lostMuch'],
  ['usageOver', 'usageFarOver'],
])('%s and what follows weigh no less with each step', (...steps) => {
  for (const by of ['health', 'churn'] as const) {
    const weights = steps.map((rule) => RULES[rule][by]);
    expect(weights).toEqual(weights.toSorted((a, b) => a - b));
  }
});

test('actions fit their field', () => {
  for (const { action } of Object.values(RULES)) expect(action.length).toBeLessThanOrEqual(255);
});

test('finance readers find every rule with its points, in the order of actions', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/metrics.md'), 'utf8');
  const [, table = ''] = /## Health and risk of churn\n([\s\S]*?)\n## /.exec(text) ?? [];
  const weights = [...table.matchAll(/^\|.*\| (\d+) +\| (\d+) +\|$/gm)].map(([, health, churn]) =>
    [health, churn].map(Number),
  );
  expect(weights).toEqual(Object.values(RULES).map(({ health, churn }) => [health, churn]));
});
