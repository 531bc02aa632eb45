import { mentionsOf, wordsOf } from '../mentions';

const INVOICE = 'INV-00004711';

const found = (texts: string[], numbers = [INVOICE]) => mentionsOf(texts, numbers).map(({ number }) => number);

describe('what a case mentions', () => {
  it.each([
    ['in the subject', [`Invoice ${INVOICE}`]],
    ['in the description', ['Hello', `we got ${INVOICE}.`]],
    ['in small letters', ['inv-00004711?']],
    ['between signs', [`(#${INVOICE})`]],
    ['beside another number', [`${INVOICE}/INV-00004712`]],
    ['before a dash', [`${INVOICE} - why?`]],
    ['at the end of a sentence in quotes', [`about “${INVOICE}”.`]],
  ])('is found %s', (_where, texts) => {
    expect(found(texts)).toEqual([INVOICE]);
  });

  it.each([
    ['of a longer number', [`${INVOICE}2`, `${INVOICE}-2`, `A${INVOICE}`, `X-${INVOICE}`]],
    ['of a word', [`${INVOICE}th`, `${INVOICE}_b`, `é${INVOICE}`]],
    ['of nothing', ['', 'INV-0000471']],
  ])('is not found as a part %s', (_of, texts) => {
    expect(found(texts)).toEqual([]);
  });

  it('is told once, with how often it is named, in the order of the text', () => {
    const texts = ['First INV-2222, then INV-1111', 'inv-2222 again'];
    const mentions = mentionsOf(texts, ['INV-1111', 'INV-2222', 'INV-2222']);
    expect(mentions.map(({ number, times }) => [number, times])).toEqual([
      ['INV-2222', 2],
      ['INV-1111', 1],
    ]);
  });

  it('is quoted with the words around it, as it is written there', () => {
    const before = 'A long story that has nothing to do with it. So why was I charged € 4,200 on invoice ';
    const after = ' and by whom was it booked, if at all, in the end of the quarter';
    const [mention] = mentionsOf([`${before}inv-00004711${after}`], [INVOICE]);
    expect(mention).toMatchObject({
      number: INVOICE,
      before: '…So why was I charged € 4,200 on invoice ',
      written: 'inv-00004711',
      after: ' and by whom was it booked, if at all, in…',
    });
  });

  it('is not a number so short that any amount would have it', () => {
    expect(found(['I paid 42 dollars'], ['42'])).toEqual([]);
  });

  it('finds numbers with signs that mean something in patterns', () => {
    expect(found(['see RE(2026)+1 please'], ['RE(2026)+1'])).toEqual(['RE(2026)+1']);
  });
});

describe('words that may be numbers', () => {
  it('hold a digit, stand without the signs around them, each once', () => {
    expect(wordsOf(['Why (INV-00004711), INV-00004711? And RE/2026/17.'])).toEqual([
      'INV-00004711',
      'RE/2026/17',
      '2026',
    ]);
  });

  it('are at most a hundred, however long the description is', () => {
    const text = Array.from({ length: 5000 }, (_, n) => `INV-${String(n).padStart(6, '0')}`).join(' ');
    expect(wordsOf([text])).toHaveLength(100);
    expect(wordsOf(['1'.repeat(5000)])).toEqual([]);
  });
});
