export { gather } from '../../../platform/gather.ts';
