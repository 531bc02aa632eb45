import { fill, join, shorten } from 'c/textUtils';

describe('c/textUtils', () => {
  it('puts values into their places', () => {
    expect(fill('{1} of {0}', 'a', 2)).toBe('2 of a');
  });

  it('leaves places without a value, and values that look like places, as they are', () => {
    expect(fill('{0} {1}', '{1}')).toBe('{1} {1}');
    expect(fill('{0}', '$&')).toBe('$&');
  });

  it('leaves out the middle of what is long', () => {
    expect(shorten('sub_EJnaoyT2tBDmN21tUDxynXCj')).toBe('sub_EJnaoy…nXCj');
    expect(shorten('A-S00000213')).toBe('A-S00000213');
  });

  it('joins what there is', () => {
    expect(join(['Zuora', null, '', undefined, 'Acme'])).toBe('Zuora · Acme');
  });
});
