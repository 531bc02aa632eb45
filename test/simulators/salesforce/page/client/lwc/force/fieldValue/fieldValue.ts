import { api, LightningElement } from 'lwc';
import { config } from '../../../pageConfig.ts';
import type { ShownField } from '../../../recordFields.ts';

/** One value in the form that its type asks for. */
export default class FieldValue extends LightningElement {
  @api field!: ShownField;
  timeZone = config.timeZone;
}
