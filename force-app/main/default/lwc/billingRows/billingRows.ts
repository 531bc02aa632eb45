/** What is read of billing: queries and their answers, rows, where they are from and how they stand. */
export { amountOf } from './amount';
export { counted, ofBillingAccount, shortList, toggled } from './lists';
export { monthsOf } from './mrrMonths';
export type { Asked, Panel, Phase } from './panel';
export { connectionsOf, NOT_ASKED, panelOf, phaseOf, remember, toldBy } from './panel';
export { BILLING_ACCOUNT, CONNECTIONS, list, MORE, own, query } from './query';
export type { Row, Selection } from './rows';
export {
  booleanOf,
  hasMore,
  nodesOf,
  numberOf,
  parentOf,
  readable,
  rowsOf,
  selectionOf,
  standing,
  standingOf,
  textOf,
} from './rows';
export type { Known, Link } from './source';
export { linkOf, nameOf, safeUrl, sourceOf } from './source';
export type { States, Status, Tone } from './status';
export { chip, needsAction, statusOf } from './status';
export { SUBSCRIPTION_STATES } from './subscriptionStates';
