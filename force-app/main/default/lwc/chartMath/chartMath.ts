export { scale } from './scale';
export type { Sparkline } from './sparkline';
export { sparkline } from './sparkline';
export type { Segment } from './stackedBar';
export { stackedBar } from './stackedBar';
