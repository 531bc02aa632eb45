export { listActions, type ActionEntry } from '../actions/audit.ts';
