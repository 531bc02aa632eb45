const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Times in a row that the same value is written over at once, before somebody's automation is suspected. */
const AT_ONCE = 2;
/** Times an hour that a field is written over at once, whatever it was changed to. */
const AT_ONCE_AN_HOUR = 100;

/**
 * How long a field that was changed in Salesforce is left alone before it is written again. What keeps being changed back,
 * by a flow for one, is written over ever more seldom instead of forever.
 * @param same how often, within a day, this value was found instead of ours
 * @param recent how often, within an hour, any other value was
 * @returns ms
 */
export function waitBeforeRewrite(same: number, recent: number): number {
  const bySame = same <= AT_ONCE ? 0 : Math.min(DAY_MS, MINUTE_MS * 4 ** Math.min(10, same - AT_ONCE - 1));
  return Math.max(bySame, recent > AT_ONCE_AN_HOUR ? HOUR_MS : 0);
}
