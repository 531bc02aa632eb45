import { LightningElement } from 'lwc';
import { config } from '../../../pageConfig.ts';

/** The related lists of the page layout, those that the user may read. */
export default class RelatedListContainer extends LightningElement {
  lists = config.relatedLists;
}
