export { scale } from './scale';
export type { Sparkline } from './sparkline';
export { sparkline } from './sparkline';
