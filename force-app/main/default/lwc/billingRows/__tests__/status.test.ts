import { INVOICE_STATES } from 'c/invoiceStates';
import { chip, needsAction, statusOf, SUBSCRIPTION_STATES } from 'c/billingRows';

describe('states of c/billingRows', () => {
  it.each([
    ['Past Due', 'Past due', 'bad', SUBSCRIPTION_STATES],
    ['Good Standing', 'Good standing', 'good', undefined],
    ['Trialing', 'In trial', 'info', SUBSCRIPTION_STATES],
    ['Void', 'Void', 'quiet', INVOICE_STATES],
    ['Over Limit', 'Over limit', 'warn', undefined],
  ] as const)('says %s as "%s", %s', (value, label, tone, states) => {
    expect(statusOf(value, states)).toEqual({ label, tone, className: `chip chip_${tone}` });
  });

  it('shows a state it does not know quietly, and none for none', () => {
    expect(statusOf('Haunted')).toEqual(chip('Haunted', 'quiet'));
    expect(statusOf('constructor')).toEqual(chip('constructor', 'quiet'));
    expect(statusOf(null)).toBeNull();
  });

  it('knows what needs action', () => {
    expect(['In Dunning', 'Overdue', 'Over Limit'].every(needsAction)).toBe(true);
    expect(['Good Standing', 'Trial', 'Renewal Due', 'Churned', null].some(needsAction)).toBe(false);
  });
});
