import type { Link } from 'c/billingRows';

/** One thing that is known, such as the total of an invoice. */
export type Fact = {
  readonly key: string;
  readonly label: string;
  /** What is known; each entry is a line of its own. */
  readonly lines: readonly string[];
  /** Said quietly below. */
  readonly note?: string;
  /** Red, because something must be done. */
  readonly isBad?: boolean;
  readonly link?: Link | undefined;
};

/** A fact to be shown; one about which nothing is known is left out. */
export function fact(key: string, label: string, lines: readonly (string | null)[], more: Partial<Fact> = {}): Fact[] {
  const known = lines.filter((line): line is string => line !== null && line !== '');
  return known.length > 0 ? [{ key, label, lines: known, ...more }] : [];
}

/** A fact in one line of plain text, such as "Total: € 4,200.00". */
export function textOfFact({ label, lines, note }: Fact): string {
  return `${label}: ${[...lines, ...(note ? [note] : [])].join('; ')}`;
}
