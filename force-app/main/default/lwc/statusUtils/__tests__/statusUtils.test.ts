import { chip, needsAction, statusOf } from 'c/statusUtils';

describe('c/statusUtils', () => {
  it.each([
    ['Past Due', 'Past due', 'bad'],
    ['Good Standing', 'Good standing', 'good'],
    ['Trialing', 'In trial', 'info'],
    ['Void', 'Void', 'quiet'],
    ['Over Limit', 'Over limit', 'warn'],
  ])('says %s as "%s", %s', (value, label, tone) => {
    expect(statusOf(value)).toEqual({ label, tone, className: `chip chip_${tone}` });
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
